package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.openapi.ApiDocument;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import io.orderflow.testkit.TestNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the document says is there: every operation, with its examples as requests. The client compares every answer with the document. */
class ApiDocumentFlowSpec {

  private static final JsonNode DOCUMENT = ApiDocument.read();
  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"(/[^\"]*)\"");

  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir
  private static Path data;
  private static TestNode node;
  private static ShopClient shop;

  /** Values of path parameters other than the examples. */
  private final Map<String, String> known = new HashMap<>();
  /** The operations that have answered with success, each with the status. */
  private final Set<String> succeeded = new TreeSet<>();

  @BeforeAll
  static void start() {
    node = TestNode.start(data, ConfigFactory.empty());
    shop = node.shop();
    // The first answers of a node may take longer than the gateway waits for them.
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> shop.get("/api/accounts/none").status() == 404);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void every_path_allows_exactly_the_methods_that_the_document_has() {
    DOCUMENT.get("paths").properties().forEach(path -> {
      Answer refused = shop.send("PATCH", filled(path.getKey(), path.getValue()), "{}").expect(405);
      Set<String> allowed = refused.headers().allValues("Allow").stream().flatMap(value -> Stream.of(value.split("\\s*,\\s*")))
          .filter(method -> !method.equals("HEAD")).collect(Collectors.toCollection(TreeSet::new));
      Set<String> documented = Stream.of("GET", "PUT", "POST", "DELETE").filter(method -> path.getValue().has(method.toLowerCase(Locale.ROOT)))
          .collect(Collectors.toCollection(TreeSet::new));
      assertThat(allowed).as(path.getKey()).isEqualTo(documented);
    });
  }

  @Test
  void every_operation_answers_the_requests_of_its_examples() {
    succeed("registerUser", "getUser", "putProduct", "putProduct", "restockProduct", "getProduct", "listProducts", "openAccount", "deposit", "withdraw",
        "getAccount", "listAccountEvents");
    shop.post("/api/accounts", "{'accountId':'bob-eur','currency':'EUR'}").expect(201);
    known.put("transferId", succeed("transfer").text("transferId"));
    succeed("getTransfer");
    known.put("orderId", succeed("placeOrder").text("orderId"));
    known.put("sagaId", known.get("orderId"));
    assertThat(shop.awaitEnd(known.get("orderId")).text("status")).isEqualTo("CONFIRMED");
    succeed("getOrder", "getOrderSaga", "listOrderEvents", "listOrders", "listOrdersOfUser", "getPayment", "listPayments", "getShipment",
        "searchOrders", "getTimeline", "listOperatorActions",
        "getSession", "getOverview", "listNodes", "forceBreakerOpen", "forceBreakerClosed", "resetBreaker",
        "listQueue", "listSagaDefinitions", "getProductHistory", "getAccountHistory");
    assertThat(send("cancelOrder", 0).text("code")).isEqualTo("ALREADY_SHIPPED");
    assertThat(send("placeOrder", 1).expect(201).text("status")).isIn("PENDING", "CONFIRMED");
    succeed("putCartItem", "getCart", "removeCartItem", "putCartItem", "checkOutCart");
    succeed("listSagas", "getSaga", "getStats", "listBreakers", "listProjections", "rebuildProjection", "listParked", "getDocument");
    assertThat(send("retrySaga", 0).text("code")).isEqualTo("NOTHING_TO_RETRY");
    assertThat(send("resumeProjection", 0).text("code")).isEqualTo("NOT_STOPPED");
    assertThat(send("retryParked", 0).text("code")).isEqualTo("AGGREGATE_NOT_PARKED");
    assertThat(send("skipParked", 0).text("code")).isEqualTo("AGGREGATE_NOT_PARKED");
    known.put("orderId", shop.ended(ShopClient.order("tea", 1_000_000, ShopClient.card("tok_1"), "DE")).text("orderId"));
    known.put("batchId", succeed("makeBatch").text("batchId"));
    succeed("listBatches", "getBatch", "confirmBatch");
    succeed("cancelOrder", "cancelOrderAsOperator");
    assertThat(send("retryStepNow", 0).text("code")).isEqualTo("STEP_NOT_WAITING");
    succeed("deleteUser");

    Set<String> documented = new TreeSet<>();
    operations().forEach(operation -> operation.getValue().get("responses").fieldNames().forEachRemaining(status -> {
      if (status.startsWith("2")) {
        documented.add(operation.getValue().get("operationId").asText() + " " + status);
      }
    }));
    // Their success needs a fault; the specs of sagas and projections have it, with the same client.
    documented.removeAll(Set.of("watchChanges 200", "retrySaga 202", "retryStepNow 202", "resumeProjection 202", "retryParked 200", "skipParked 200"));
    assertThat(succeeded).isEqualTo(documented);
  }

  @Test
  void the_node_serves_the_document_that_its_source_assembles() {
    assertThat(shop.get("/openapi.json").expect(200).body()).isEqualTo(DOCUMENT);
  }

  @Test
  void the_viewer_and_all_that_its_pages_link_to_come_from_the_node() throws Exception {
    Set<String> seen = new TreeSet<>();
    Set<String> open = new TreeSet<>(Set.of("/docs", "/docs/"));
    while (!open.isEmpty()) {
      String path = open.iterator().next();
      open.remove(path);
      seen.add(path);
      HttpResponse<String> page = page(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      if (page.headers().firstValue("Content-Type").orElseThrow().startsWith("text/html")) {
        assertThat(page.body()).as(path).doesNotContain("http://", "https://", "<style", " style=", " onclick").doesNotContainPattern("<script(?! src)");
        LINK.matcher(page.body()).results().map(link -> link.group(1)).filter(link -> !seen.contains(link)).forEach(open::add);
      }
    }
    assertThat(seen).hasSizeGreaterThan(70);
  }

  @Test
  void pages_may_run_no_scripts_but_those_of_the_node() throws Exception {
    HttpResponse<String> page = page("/docs");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow()).contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
        .doesNotContain("unsafe");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    HttpResponse<String> again = page("/docs", "If-None-Match", page.headers().firstValue("ETag").orElseThrow());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void the_type_of_every_problem_is_a_page_about_its_code() throws Exception {
    for (Answer refused : new Answer[] {shop.get("/api/orders/none"), shop.get("/api/nothing"), shop.get("/nothing"), shop.put("/api/products/cup", "{"),
        shop.get("/docs/nothing")}) {
      HttpResponse<String> page = page(refused.text("type"));
      assertThat(page.statusCode()).as(refused.text("type")).isEqualTo(200);
      assertThat(page.body()).contains("<h1>" + refused.text("code") + "</h1>");
    }
  }

  @Test
  void what_is_not_there_is_a_problem() {
    for (String path : new String[] {"/docs/nothing", "/docs/problems/nothing", "/docsx", "/openapi.jsonx"}) {
      shop.get(path).expectProblem(404, "NOT_FOUND", null);
    }
    shop.get("/docs/../openapi.json").expectProblem(400, "INVALID_PATH", null);
    shop.get("/docs/%2e%2e/x").expectProblem(400, "INVALID_PATH", null);
    shop.post("/docs", "{}").expectProblem(405, "METHOD_NOT_ALLOWED", null);
  }

  @Test
  void operations_on_what_does_not_exist_say_so() {
    shop.get("/ops/sagas/none").expectProblem(404, "SAGA_NOT_FOUND", null);
    shop.get("/ops/accounts/none/history").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.get("/ops/products/none/history").expectProblem(404, "PRODUCT_NOT_FOUND", null);
    shop.post("/ops/batches/none/confirm", "{'count':1,'reason':'a test'}").expectProblem(404, "BATCH_NOT_FOUND", null);
  }

  private static HttpResponse<String> page(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port("gateway") + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static Stream<Map.Entry<String, JsonNode>> operations() {
    return DOCUMENT.get("paths").properties().stream().flatMap(path -> Stream.of("get", "put", "post", "delete").filter(path.getValue()::has)
        .map(method -> Map.entry(method.toUpperCase(Locale.ROOT) + " " + path.getKey(), path.getValue().get(method))));
  }

  private Answer succeed(String... names) {
    Answer last = null;
    for (String name : names) {
      last = send(name, 0);
      assertThat(last.status()).as("%s: %s", name, last.body()).isBetween(200, 299);
      succeeded.add(name + " " + last.status());
    }
    return last;
  }

  /** Sends the operation's request. @param index which of the body's examples */
  private Answer send(String name, int index) {
    Map.Entry<String, JsonNode> operation = operations().filter(each -> each.getValue().get("operationId").asText().equals(name)).findFirst().orElseThrow();
    String[] target = operation.getKey().split(" ");
    JsonNode content = resolved(operation.getValue().path("requestBody")).at("/content/application~1json");
    String body = content.isMissingNode() ? null : example(content, index).toString();
    StringBuilder query = new StringBuilder();
    for (JsonNode reference : operation.getValue().path("parameters")) {
      JsonNode parameter = resolved(reference);
      if (parameter.path("in").asText().equals("query") && parameter.path("required").asBoolean()) {
        query.append(query.isEmpty() ? "?" : "&").append(parameter.get("name").asText()).append('=').append(parameter.get("example").asText());
      }
    }
    return shop.send(target[0], filled(target[1], DOCUMENT.get("paths").get(target[1])) + query, body);
  }

  private static JsonNode example(JsonNode content, int index) {
    return content.has("example") ? content.get("example")
        : resolved(content.get("examples").properties().stream().skip(index).findFirst().orElseThrow().getValue()).get("value");
  }

  /** The path with its parameters: as known, otherwise as in the document's examples. */
  private String filled(String template, JsonNode item) {
    Map<String, String> examples = new HashMap<>();
    item.path("parameters").forEach(reference -> {
      JsonNode parameter = resolved(reference);
      examples.put(parameter.get("name").asText(), parameter.path("example").asText());
    });
    examples.putAll(known);
    return PARAMETER.matcher(template).replaceAll(found -> Matcher.quoteReplacement(URLEncoder.encode(examples.get(found.group(1)), StandardCharsets.UTF_8)));
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? resolved(DOCUMENT.at(node.get("$ref").asText().substring(1))) : node;
  }
}
