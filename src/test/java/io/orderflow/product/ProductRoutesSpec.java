package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.testkit.ServiceNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProductRoutesSpec {

  private static ServiceNode node;
  private static ShopClient shop;

  @BeforeAll
  static void start() {
    node = ServiceNode.start();
    shop = node.serve(new ProductRoutes(new ProductService(node.system(), AggregateKit.CLOCK), null).routes());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void a_product_is_put_and_changed_and_read() {
    Answer put = shop.put("/api/products/tea", "{'name':'Tea \uD83C\uDF75','price':'3.5','currency':'EUR'}").expect(201);
    assertThat(put.headers().firstValue("Location")).contains("/api/products/tea");
    assertThat(put.body().toString()).isEqualTo("{\"sku\":\"tea\",\"name\":\"Tea \uD83C\uDF75\",\"price\":\"3.50\","
        + "\"currency\":\"EUR\",\"available\":0,\"reserved\":0}");
    Answer same = shop.put("/api/products/tea", "{'name':'Tea \uD83C\uDF75','price':3.50,'currency':'EUR'}").expect(200);
    assertThat(same.body()).isEqualTo(put.body());
    assertThat(same.headers().firstValue("Location")).isEmpty();
    Answer changed = shop.put("/api/products/tea", "{'name':'Tea','price':400,'currency':'JPY'}").expect(200);
    assertThat(changed.text("price")).isEqualTo("400");
    assertThat(shop.get("/api/products/tea").expect(200).body()).isEqualTo(changed.body());
  }

  @Test
  void a_restock_counts_once_for_each_reference() {
    put("coffee");
    Answer first = shop.post("/api/products/coffee/restocks", "{'quantity':10,'reference':'r'}").expect(200);
    assertThat(first.body().toString()).isEqualTo("{\"sku\":\"coffee\",\"available\":10,\"reserved\":0}");
    shop.post("/api/products/coffee/restocks", "{'quantity':5}").expect(200);
    assertThat(shop.post("/api/products/coffee/restocks", "{'quantity':10,'reference':'r'}").expect(200).body()).isEqualTo(first.body());
    shop.post("/api/products/coffee/restocks", "{'quantity':11,'reference':'r'}").expectProblem(422, "REFERENCE_REUSED", null);
    assertThat(shop.get("/api/products/coffee").body().path("available").asInt()).isEqualTo(15);
  }

  @Test
  void a_restock_over_the_limit_is_a_conflict() {
    put("sand");
    for (int i = 0; i < 10; i++) {
      shop.post("/api/products/sand/restocks", "{'quantity':1000000000}").expect(200);
    }
    shop.post("/api/products/sand/restocks", "{'quantity':1}").expectProblem(409, "STOCK_LIMIT", null);
  }

  @Test
  void an_unknown_product_is_not_found() {
    shop.get("/api/products/never").expectProblem(404, "PRODUCT_NOT_FOUND", null);
    shop.post("/api/products/never/restocks", "{'quantity':1}").expectProblem(404, "PRODUCT_NOT_FOUND", null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a%20b", "a%7Cb", "%00", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})
  void what_cannot_be_an_id_names_the_place_of_it(String sku) {
    shop.get("/api/products/" + sku).expectProblem(400, "INVALID_FIELD", "sku");
    shop.put("/api/products/" + sku, "{'name':'Tea','price':1,'currency':'EUR'}").expectProblem(400, "INVALID_FIELD", "sku");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{'price':1,'currency':'EUR'}|MISSING_FIELD|name", "{'name':null,'price':1,'currency':'EUR'}|MISSING_FIELD|name",
      "{'name':'','price':1,'currency':'EUR'}|INVALID_FIELD|name", "{'name':' ','price':1,'currency':'EUR'}|INVALID_FIELD|name",
      "{'name':7,'price':1,'currency':'EUR'}|INVALID_FIELD|name", "{'name':'a\\u0000','price':1,'currency':'EUR'}|INVALID_FIELD|name",
      "{'name':'a\\ud800','price':1,'currency':'EUR'}|INVALID_FIELD|name", "{'name':'Tea','currency':'EUR'}|MISSING_FIELD|price",
      "{'name':'Tea','price':0,'currency':'EUR'}|INVALID_FIELD|price", "{'name':'Tea','price':-1,'currency':'EUR'}|INVALID_FIELD|price",
      "{'name':'Tea','price':0.001,'currency':'EUR'}|INVALID_FIELD|price",
      "{'name':'Tea','price':1.5,'currency':'JPY'}|INVALID_FIELD|price",
      "{'name':'Tea','price':1e999999999,'currency':'EUR'}|INVALID_FIELD|price",
      "{'name':'Tea','price':'10000000000000.01','currency':'EUR'}|INVALID_FIELD|price",
      "{'name':'Tea','price':{},'currency':'EUR'}|INVALID_FIELD|price", "{'name':'Tea','price':1}|MISSING_FIELD|currency",
      "{'name':'Tea','price':1,'currency':'ZZZ'}|INVALID_FIELD|currency", "{'name':'Tea','price':1,'currency':1}|INVALID_FIELD|currency",
      "{'name':'Tea','price':1,'currency':'EUR','available':5}|UNKNOWN_FIELD|available",
      "{'name':'Tea','name':'Tea','price':1,'currency':'EUR'}|DUPLICATE_FIELD|name", "'Tea'|MALFORMED_JSON|", "{]|MALFORMED_JSON|"})
  void a_wrong_product_is_refused(String body, String code, String field) {
    shop.put("/api/products/wrong", body).expectProblem(400, code, field);
    shop.get("/api/products/wrong").expect(404);
  }

  @Test
  void a_name_has_at_most_200_characters() {
    shop.put("/api/products/long", "{'name':'" + "x".repeat(201) + "','price':1,'currency':'EUR'}")
        .expectProblem(400, "INVALID_FIELD", "name");
    shop.put("/api/products/long", "{'name':'" + "\uD83C\uDF75".repeat(200) + "','price':1,'currency':'EUR'}").expect(201);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{}|MISSING_FIELD|quantity", "{'quantity':0}|INVALID_FIELD|quantity", "{'quantity':-1}|INVALID_FIELD|quantity",
      "{'quantity':1000000001}|INVALID_FIELD|quantity", "{'quantity':99999999999999999999999}|INVALID_FIELD|quantity",
      "{'quantity':1.5}|INVALID_FIELD|quantity", "{'quantity':1e3}|INVALID_FIELD|quantity", "{'quantity':'1'}|INVALID_FIELD|quantity",
      "{'quantity':1,'reference':'a b'}|INVALID_FIELD|reference", "{'quantity':1,'reference':[]}|INVALID_FIELD|reference",
      "{'quantity':1,'sku':'x'}|UNKNOWN_FIELD|sku", "{'quantity':1,'quantity':1}|DUPLICATE_FIELD|quantity", "{} {}|MALFORMED_JSON|"})
  void a_wrong_restock_is_refused(String body, String code, String field) {
    put("strict");
    shop.post("/api/products/strict/restocks", body).expectProblem(400, code, field);
    assertThat(shop.get("/api/products/strict").body().path("available").asInt()).isZero();
  }

  @Test
  void a_body_that_is_no_json_or_too_large_is_refused() {
    shop.send("PUT", "/api/products/tea", "{'name':'Tea','price':1,'currency':'EUR'}", "Content-Type", "application/xml")
        .expectProblem(415, "UNSUPPORTED_MEDIA_TYPE", null);
    shop.put("/api/products/tea", "{'name':'" + "x".repeat(70_000) + "','price':1,'currency':'EUR'}")
        .expectProblem(413, "BODY_TOO_LARGE", null);
  }

  @Test
  void other_methods_and_places_are_refused() {
    shop.post("/api/products/tea", "{}").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.send("DELETE", "/api/products/tea", null).expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/products/tea/restocks").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/products/tea/elsewhere").expectProblem(404, "NOT_FOUND", null);
  }

  private static void put(String sku) {
    assertThat(shop.put("/api/products/" + sku, "{'name':'Tea','price':'3.50','currency':'EUR'}").status()).isIn(200, 201);
  }
}
