package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orderflow.openapi.ApiDocument;
import io.orderflow.testkit.ApiContract.Exchange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check finds what it is there to find: each mismatch here is deliberate. */
class ApiContractSpec {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PRODUCT = "{'sku':'tea','name':'Tea','price':'3.50','currency':'EUR','available':1,'reserved':0}";
  private static final Map<String, List<String>> JSON_TYPE = Map.of("Content-Type", List.of("application/json"));

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (Exception malformed) {
      throw new IllegalArgumentException(text, malformed);
    }
  }

  private static Exchange get(String target, int status, String body) {
    return new Exchange("GET", target, Map.of(), null, status, JSON_TYPE, json(body));
  }

  private static Exchange put(String body, int status, String answer, Map<String, List<String>> headers) {
    return new Exchange("PUT", "/api/products/tea", JSON_TYPE, body.replace('\'', '"'), status, headers, json(answer));
  }

  private static Exchange problem(String target, int status, String code) {
    return new Exchange("GET", target, Map.of(), null, status, Map.of("content-type", List.of("application/problem+json")),
        json("{'type':'/docs/problems/x','title':'T','status':" + status + ",'detail':'d','instance':'i','code':'" + code + "'}"));
  }

  private static ListAssert<String> deviations(Exchange exchange) {
    return assertThat(ApiContract.published().deviations(exchange));
  }

  /** Of the same exchange, with a document that was changed. */
  private static ListAssert<String> deviations(Exchange exchange, Consumer<ObjectNode> change) {
    ObjectNode document = ApiDocument.read();
    change.accept(document);
    return assertThat(new ApiContract(document).deviations(exchange));
  }

  private static ObjectNode at(ObjectNode document, String... path) {
    JsonNode node = document;
    for (String name : path) {
      node = node.required(name);
    }
    return (ObjectNode) node;
  }

  @Test
  void an_exchange_as_documented_has_no_deviation() {
    deviations(get("/api/products/tea", 200, PRODUCT)).isEmpty();
    deviations(put("{'name':'Tea','price':3.5,'currency':'EUR'}", 201, PRODUCT,
        Map.of("Content-Type", List.of("application/json"), "Location", List.of("/api/products/tea"), "RateLimit-Remaining", List.of("7")))).isEmpty();
    deviations(problem("/api/products/tea", 404, "PRODUCT_NOT_FOUND")).isEmpty();
    deviations(problem("/api/products/tea", 503, "SERVICE_UNAVAILABLE")).isEmpty();
    deviations(problem("/api/products/tea", 502, "SERVICE_UNAVAILABLE")).isEmpty();
  }

  @Test
  void a_page_that_is_not_the_last_needs_a_link_to_the_next_one() {
    String page = "{'products':[],'next':'abc'}";
    deviations(get("/api/products", 200, page)).hasSize(1);
    deviations(new Exchange("GET", "/api/products", Map.of(), null, 200, Map.of("Content-Type", List.of("application/json"),
        "Link", List.of("</api/products?cursor=abc>; rel=\"next\"")), json(page))).isEmpty();
    deviations(new Exchange("GET", "/api/products", Map.of(), null, 200, Map.of("Content-Type", List.of("application/json"),
        "Link", List.of("</api/products?cursor=ab>; rel=\"next\"")), json(page))).hasSize(1);
  }

  @Test
  void a_head_has_no_body() {
    deviations(new Exchange("HEAD", "/api/products/tea", Map.of(), null, 200, JSON_TYPE, MissingNode.getInstance())).isEmpty();
  }

  @Test
  void a_route_that_the_document_lacks_is_found() {
    deviations(get("/api/vouchers", 200, "{}")).containsExactly("the document has no such operation");
    deviations(get("/api/products/tea", 200, PRODUCT), document -> at(document, "paths").remove("/api/products/{sku}")).isNotEmpty();
    deviations(new Exchange("PATCH", "/api/products/tea", JSON_TYPE, "{}", 200, JSON_TYPE, json(PRODUCT))).isNotEmpty();
  }

  @Test
  void a_route_that_the_program_lacks_is_found() {
    deviations(problem("/api/products/tea", 404, "NOT_FOUND")).anyMatch(found -> found.contains("NOT_FOUND"));
    deviations(problem("/api/products/tea", 405, "METHOD_NOT_ALLOWED")).anyMatch(found -> found.contains("METHOD_NOT_ALLOWED"));
    deviations(problem("/api/vouchers", 404, "SERVICE_NOT_FOUND")).isEmpty();
  }

  @Test
  void a_status_that_the_document_lacks_is_found() {
    deviations(get("/api/products/tea", 202, PRODUCT)).anyMatch(found -> found.contains("has no answer 202"));
    deviations(get("/api/products/tea", 200, PRODUCT), document ->
        at(document, "paths", "/api/products/{sku}", "get", "responses").remove("200")).isNotEmpty();
  }

  @Test
  void a_code_that_the_document_lacks_is_found() {
    deviations(problem("/api/products/tea", 404, "ORDER_NOT_FOUND")).anyMatch(found -> found.contains("ORDER_NOT_FOUND"));
    deviations(problem("/api/products/tea", 409, "PRODUCT_NOT_FOUND")).anyMatch(found -> found.contains("PRODUCT_NOT_FOUND"));
    deviations(problem("/api/products/tea", 418, "TEAPOT")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      "a field more       | 'reserved':0     | 'reserved':0,'colour':'green'",
      "a field less       | ,'reserved':0    | ",
      "another type       | 'available':1    | 'available':'1'",
      "a number for money | 'price':'3.50'   | 'price':3.5",
      "an invalid id      | 'sku':'tea'      | 'sku':'/tea'"})
  void a_field_that_differs_is_found(String what, String from, String to) {
    deviations(get("/api/products/tea", 200, PRODUCT.replace(from, to == null ? "" : to))).as(what).hasSize(1);
  }

  @Test
  void a_field_that_the_document_lacks_is_found_in_lists_and_variants_too() {
    deviations(get("/api/products", 200, "{'products':[" + PRODUCT + "],'next':null}")).isEmpty();
    deviations(get("/api/products", 200, "{'products':[" + PRODUCT.replace("}", ",'colour':'green'}") + "],'next':null}")).hasSize(1);
    String event = "{'events':[{'id':'order-o-1','aggregateId':'o','type':'CANCELLED','data':{'reason':'R','detail':null},"
        + "'timestamp':'2026-01-01T12:00:00Z','sequence':1}],'next':null}";
    deviations(get("/api/orders/o/events", 200, event)).isEmpty();
    deviations(get("/api/orders/o/events", 200, event.replace("'detail':null", "'detail':null,'by':'ada'"))).isNotEmpty();
    deviations(get("/api/orders/o/events", 200, event.replace("2026-01-01T12:00:00Z", "yesterday"))).isNotEmpty();
  }

  @Test
  void a_media_type_that_differs_is_found() {
    deviations(new Exchange("GET", "/api/products/tea", Map.of(), null, 200, Map.of("Content-Type", List.of("text/plain")), json(PRODUCT)))
        .containsExactly("the answer's media type is text/plain");
  }

  @Test
  void headers_that_differ_are_found() {
    String body = "{'name':'Tea','price':'3.50','currency':'EUR'}";
    deviations(put(body, 201, PRODUCT, JSON_TYPE)).containsExactly("the answer lacks the header Location");
    Map<String, List<String>> headers = new HashMap<>(JSON_TYPE);
    headers.put("X-Powered-By", List.of("PHP"));
    deviations(put(body, 200, PRODUCT, headers)).containsExactly("the answer has the header x-powered-by");
    headers.remove("X-Powered-By");
    headers.put("RateLimit-Limit", List.of("many"));
    deviations(put(body, 200, PRODUCT, headers)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      "{'name':'Tea','price':'3.50','currency':'EUR','colour':'green'} | a field more",
      "{'name':'Tea','price':'3.50'}                                   | a field less",
      "{'name':'Tea','price':'-3.50','currency':'EUR'}                 | an amount below zero",
      "{'name':'','price':'3.50','currency':'EUR'}                     | a name that is too short"})
  void a_request_that_was_accepted_against_the_document_is_found(String body, String what) {
    deviations(put(body, 200, PRODUCT, JSON_TYPE)).as(what).isNotEmpty().allMatch(found -> found.startsWith("the request was accepted, but its body"));
  }

  @Test
  void null_counts_as_absent() {
    deviations(new Exchange("POST", "/api/products/tea/restocks", JSON_TYPE, "{\"quantity\":1,\"reference\":null}", 200, JSON_TYPE,
        json("{'sku':'tea','available':1,'reserved':0}"))).isEmpty();
  }

  @Test
  void a_parameter_that_was_accepted_against_the_document_is_found() {
    String list = "{'products':[],'next':null}";
    deviations(get("/api/products?limit=3", 200, list)).isEmpty();
    deviations(get("/api/products?limit=9999", 200, list)).hasSize(1);
    deviations(get("/api/products?limit=some", 200, list)).hasSize(1);
    deviations(get("/api/products?colour=green", 200, list)).containsExactly("the request was accepted, but it has the parameter colour");
    deviations(get("/api/payments", 200, "{'payments':[],'next':null}"))
        .containsExactly("the request was accepted, but it lacks the parameter status");
    deviations(new Exchange("GET", "/api/products", Map.of("X-Colour", List.of("green")), null, 200, JSON_TYPE, json(list)))
        .containsExactly("the request was accepted, but it has the header x-colour");
  }

  @Test
  void a_request_that_is_wrong_on_purpose_is_not_compared() {
    String problem = "{'type':'/docs/problems/x','title':'T','status':400,'detail':'d','instance':'i','code':'UNKNOWN_FIELD','field':'colour'}";
    Map<String, List<String>> headers = Map.of("Content-Type", List.of("application/problem+json"));
    deviations(put("{'name':'Tea','price':'3.50','currency':'EUR','colour':'green'}", 400, problem, headers)).isEmpty();
    deviations(put("{'name'", 400, problem.replace("UNKNOWN_FIELD", "MALFORMED_JSON"), headers)).isEmpty();
  }

  @Test
  void a_valid_request_that_is_refused_for_its_fields_is_found() {
    String problem = "{'type':'/docs/problems/x','title':'T','status':400,'detail':'d','instance':'i','code':'UNKNOWN_FIELD','field':'currency'}";
    deviations(put("{'name':'Tea','price':'3.50','currency':'EUR'}", 400, problem, Map.of("Content-Type", List.of("application/problem+json"))))
        .containsExactly("the request is valid by the document, but was refused as UNKNOWN_FIELD");
  }
}
