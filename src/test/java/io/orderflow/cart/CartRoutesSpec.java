package io.orderflow.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.order.OrderPlacementRoutes;
import io.orderflow.testkit.ServiceNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Carts over HTTP, up to where they become orders: that needs a whole node. */
class CartRoutesSpec {

  private static ServiceNode node;
  private static ShopClient shop;

  @BeforeAll
  static void start() {
    node = ServiceNode.start();
    shop = node.serve(new CartRoutes(new CartService(node.system(), null, null, AggregateKit.CLOCK),
        new OrderPlacementRoutes(null, null, Duration.ZERO, 1), new RequestKeys(null, null)).routes());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void a_cart_is_filled_changed_and_emptied() {
    Answer filled = shop.put("/api/carts/c-1/items/tea", "{'quantity':2}").expect(200);
    assertThat(filled.body().toString()).isEqualTo("{\"cartId\":\"c-1\",\"status\":\"OPEN\",\"items\":[{\"sku\":\"tea\",\"quantity\":2}],"
        + "\"changedAt\":\"2026-01-01T12:00:00Z\",\"expiresAt\":\"2026-01-08T12:00:00Z\"}");
    shop.put("/api/carts/c-1/items/cups", "{'quantity':4}").expect(200);
    shop.put("/api/carts/c-1/items/tea", "{'quantity':1000000}").expect(200);
    assertThat(items("c-1")).isEqualTo("[{\"sku\":\"tea\",\"quantity\":1000000},{\"sku\":\"cups\",\"quantity\":4}]");
    Answer removed = shop.send("DELETE", "/api/carts/c-1/items/tea", null).expect(200);
    assertThat(shop.send("DELETE", "/api/carts/c-1/items/tea", null).expect(200).body()).isEqualTo(removed.body());
    shop.send("DELETE", "/api/carts/c-1/items/cups", null).expect(200);
    assertThat(items("c-1")).isEqualTo("[]");
  }

  @Test
  void a_cart_that_was_never_filled_is_not_found() {
    shop.get("/api/carts/nobodys").expectProblem(404, "CART_NOT_FOUND", null);
    shop.send("DELETE", "/api/carts/nobodys/items/tea", null).expectProblem(404, "CART_NOT_FOUND", null);
    shop.post("/api/carts/nobodys/checkout", "{'customerId':'ada','payment':{'method':'card','token':'t'}}")
        .expectProblem(404, "CART_NOT_FOUND", null);
  }

  @Test
  void an_empty_cart_is_not_checked_out() {
    shop.put("/api/carts/empty/items/tea", "{'quantity':2}").expect(200);
    shop.send("DELETE", "/api/carts/empty/items/tea", null).expect(200);
    shop.post("/api/carts/empty/checkout", "{'customerId':'ada','payment':{'method':'card','token':'t'}}")
        .expectProblem(409, "CART_EMPTY", null);
  }

  @Test
  void the_hundred_and_first_product_is_a_conflict() {
    for (int i = 0; i < 100; i++) {
      shop.put("/api/carts/full/items/sku-" + i, "{'quantity':1}").expect(200);
    }
    shop.put("/api/carts/full/items/tea", "{'quantity':1}").expectProblem(409, "CART_FULL", null);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{}|MISSING_FIELD|quantity", "{'quantity':null}|MISSING_FIELD|quantity", "{'quantity':0}|INVALID_FIELD|quantity",
      "{'quantity':-1}|INVALID_FIELD|quantity", "{'quantity':1.5}|INVALID_FIELD|quantity", "{'quantity':1000001}|INVALID_FIELD|quantity",
      "{'quantity':99999999999999999999}|INVALID_FIELD|quantity", "{'quantity':'1'}|INVALID_FIELD|quantity",
      "{'quantity':1e99999999999}|MALFORMED_JSON|", "{'quantity':1,'price':1}|UNKNOWN_FIELD|price", "[]|MALFORMED_JSON|", "|MALFORMED_JSON|"})
  void a_wrong_quantity_is_refused(String body, String code, String field) {
    shop.put("/api/carts/strict/items/tea", body == null ? "" : body).expectProblem(400, code, field);
    shop.get("/api/carts/strict").expectProblem(404, "CART_NOT_FOUND", null);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{'payment':{'method':'card','token':'t'}}|MISSING_FIELD|customerId", "{'customerId':'ada'}|MISSING_FIELD|payment",
      "{'customerId':'a b','payment':{'method':'card','token':'t'}}|INVALID_FIELD|customerId",
      "{'customerId':'ada','payment':{'method':'cash'}}|INVALID_FIELD|payment.method",
      "{'customerId':'ada','payment':{'method':'card','token':'t'},'currency':'EURO'}|INVALID_FIELD|currency",
      "{'customerId':'ada','payment':{'method':'card','token':'t'},'shippingAddress':{}}|MISSING_FIELD|shippingAddress.name",
      "{'customerId':'ada','payment':{'method':'card','token':'t'},'items':[]}|UNKNOWN_FIELD|items", "{|MALFORMED_JSON|"})
  void a_wrong_checkout_is_refused(String body, String code, String field) {
    shop.post("/api/carts/strict/checkout", body).expectProblem(400, code, field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a%20b", "a%7Cb", "%00", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})
  void what_cannot_be_an_id_names_the_place_of_it(String id) {
    shop.get("/api/carts/" + id).expectProblem(400, "INVALID_FIELD", "cartId");
    shop.put("/api/carts/c-1/items/" + id, "{'quantity':1}").expectProblem(400, "INVALID_FIELD", "sku");
    shop.send("DELETE", "/api/carts/c-1/items/" + id, null).expectProblem(400, "INVALID_FIELD", "sku");
  }

  @Test
  void other_methods_and_places_are_refused() {
    shop.post("/api/carts/c-2", "{}").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/carts/c-2/items/tea").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/carts/c-2/checkout").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/carts").expectProblem(404, "NOT_FOUND", null);
    shop.get("/api/carts/c-2/elsewhere").expectProblem(404, "NOT_FOUND", null);
  }

  private static String items(String cart) {
    return shop.get("/api/carts/" + cart).expect(200).body().path("items").toString();
  }
}
