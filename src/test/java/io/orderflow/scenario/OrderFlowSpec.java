package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.account;
import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An order's way through a whole node over HTTP, as a client sees it, on each database. */
class OrderFlowSpec extends NodeOnEachDatabase {

  OrderFlowSpec() {
    super("""
        orderflow.sagas {
          wake-after = 500ms
        }
        orderflow.payment.timeout = 3s
        orderflow.payment.breaker { window = 100, open = 200ms }
        """);
  }

  @Test
  void an_order_by_card_is_confirmed_charged_shipped_and_its_stock_is_gone() {
    shop.stock("tea", 10);
    Answer placed = shop.post("/api/orders", order("tea", 2, card("tok_1"), "DE")).expect(201);
    String id = placed.text("orderId");
    assertThat(placed.text("status")).isEqualTo("PENDING");
    assertThat(placed.text("total")).isEqualTo("7.00");
    assertThat(placed.headers().firstValue("Location")).contains("/api/orders/" + id);

    Answer order = shop.awaitEnd(id);
    assertThat(order.text("status")).isEqualTo("CONFIRMED");
    shop.awaitSaga(id);
    assertStock("tea", 8, 0);
    Answer payment = shop.get("/api/payments/" + id).expect(200);
    assertThat(payment.text("status")).isEqualTo("CHARGED");
    assertThat(payment.text("transactionId")).isEqualTo(order.body().at("/payment/transactionId").asText()).isNotEmpty();
    Answer shipment = shop.get("/api/shipments/" + id).expect(200);
    assertThat(shipment.text("status")).isEqualTo("CREATED");
    assertThat(shipment.text("shipmentId")).isEqualTo(order.body().at("/shipment/shipmentId").asText()).isNotEmpty();
    assertThat(charges(id)).containsExactly("succeeded");
    assertThat(steps(id)).containsExactly("create-order COMPLETED", "reserve-inventory COMPLETED", "charge-payment COMPLETED",
        "create-shipment COMPLETED", "ship-inventory COMPLETED", "confirm-order COMPLETED");
  }

  @Test
  void an_order_by_account_takes_the_money_from_it() {
    shop.stock("coffee", 10);
    shop.account("ada-1", "100.00");
    Answer order = shop.ended(order("coffee", 4, account("ada-1"), "DE"));
    assertThat(order.text("status")).isEqualTo("CONFIRMED");
    assertBalance("ada-1", "86.00");
    assertThat(shop.get("/api/payments/" + order.text("orderId")).text("status")).isEqualTo("CHARGED");
  }

  @Test
  void an_order_without_an_address_is_collected() {
    shop.stock("collected", 1);
    String order = order("collected", 1, card("tok_1"), "DE");
    String collected = order.substring(0, order.indexOf(",'shippingAddress'")) + "}";
    assertThat(shop.ended(collected).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void a_refused_reservation_undoes_the_order_alone() {
    shop.stock("rare", 1);
    assertCancelled(order("rare", 2, card("tok_1"), "DE"), "OUT_OF_STOCK",
        "create-order COMPLETED", "reserve-inventory REFUSED", "create-order COMPENSATED");
    assertStock("rare", 1, 0);
  }

  @Test
  void an_unknown_product_and_a_changed_price_cancel_the_order() {
    assertCancelled(order("never-heard-of", 1, card("tok_1"), "DE"), "UNKNOWN_PRODUCT",
        "create-order COMPLETED", "reserve-inventory REFUSED", "create-order COMPENSATED");
    shop.stock("dearer", 5);
    shop.put("/api/products/dearer", "{'name':'Tea','price':'4.00','currency':'EUR'}").expect(200);
    assertCancelled(order("dearer", 1, card("tok_1"), "DE"), "PRICE_CHANGED",
        "create-order COMPLETED", "reserve-inventory REFUSED", "create-order COMPENSATED");
    assertStock("dearer", 5, 0);
  }

  @Test
  void of_several_products_all_are_reserved_or_none() {
    shop.stock("plenty", 10);
    shop.stock("scarce", 1);
    String both = "{'customerId':'ada','currency':'EUR','items':[{'sku':'plenty','quantity':2,'unitPrice':'3.50'},"
        + "{'sku':'scarce','quantity':2,'unitPrice':'3.50'}],'payment':" + card("tok_1") + "}";
    assertCancelled(both, "OUT_OF_STOCK", "create-order COMPLETED", "reserve-inventory REFUSED",
        "reserve-inventory COMPENSATED", "create-order COMPENSATED");
    assertStock("plenty", 10, 0);
    assertStock("scarce", 1, 0);
    Answer one = shop.ended(both.replace("'scarce','quantity':2", "'scarce','quantity':1"));
    assertThat(one.text("status")).isEqualTo("CONFIRMED");
    shop.awaitSaga(one.text("orderId"));
    assertStock("plenty", 8, 0);
    assertStock("scarce", 0, 0);
  }

  @Test
  void a_declined_card_gives_the_stock_back() {
    shop.stock("wanted", 5);
    Answer order = assertCancelled(order("wanted", 2, card("tok_declined"), "DE"), "PAYMENT_DECLINED", "create-order COMPLETED",
        "reserve-inventory COMPLETED", "charge-payment REFUSED", "reserve-inventory COMPENSATED", "create-order COMPENSATED");
    assertStock("wanted", 5, 0);
    assertThat(shop.get("/api/payments/" + order.text("orderId")).text("status")).isEqualTo("DECLINED");
  }

  @Test
  void an_account_that_is_short_or_unknown_or_of_another_currency_gives_the_stock_back() {
    shop.stock("desired", 5);
    shop.account("poor", "3.49");
    assertCancelled(order("desired", 1, account("poor"), "DE"), "INSUFFICIENT_FUNDS", "create-order COMPLETED",
        "reserve-inventory COMPLETED", "charge-payment REFUSED", "reserve-inventory COMPENSATED", "create-order COMPENSATED");
    assertBalance("poor", "3.49");
    assertThat(shop.ended(order("desired", 1, account("nobodys"), "DE")).text("reason")).isEqualTo("PAYMENT_DECLINED");
    shop.post("/api/accounts", "{'accountId':'yen','currency':'JPY'}").expect(201);
    assertThat(shop.ended(order("desired", 1, account("yen"), "DE")).text("reason")).isEqualTo("PAYMENT_DECLINED");
    assertStock("desired", 5, 0);
  }

  @Test
  void a_country_that_is_not_served_gives_money_and_stock_back() {
    shop.stock("far", 5);
    shop.account("traveller", "10.00");
    String[] undone = {"create-order COMPLETED", "reserve-inventory COMPLETED", "charge-payment COMPLETED",
        "create-shipment REFUSED", "charge-payment COMPENSATED", "reserve-inventory COMPENSATED", "create-order COMPENSATED"};
    Answer byCard = assertCancelled(order("far", 1, card("tok_1"), "ZZ"), "SHIPPING_UNAVAILABLE", undone);
    assertThat(charges(byCard.text("orderId"))).containsExactly("refunded");
    assertThat(shop.get("/api/payments/" + byCard.text("orderId")).text("status")).isEqualTo("REFUNDED");
    assertCancelled(order("far", 1, account("traveller"), "ZZ"), "SHIPPING_UNAVAILABLE", undone);
    assertBalance("traveller", "10.00");
    assertStock("far", 5, 0);
  }

  @Test
  void an_order_cancelled_while_it_is_charged_costs_nothing() {
    shop.stock("regretted", 5);
    node.provider().put("/faults", "{'latencyMs':400}").expect(200);
    String id = shop.post("/api/orders", order("regretted", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> steps(id), log -> log.contains("charge-payment RUNNING"));
    shop.post("/api/orders/" + id + "/cancel", "").expect(202);
    Answer order = shop.awaitEnd(id);
    assertThat(order.text("status")).isEqualTo("CANCELLED");
    assertThat(order.text("reason")).isEqualTo("CUSTOMER_REQUEST");
    Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(charges(id)).doesNotContain("succeeded"));
    assertStock("regretted", 5, 0);
    shop.post("/api/orders/" + id + "/cancel", "").expect(202);
  }

  @Test
  void a_shipped_order_cannot_be_cancelled() {
    shop.stock("gone", 5);
    String id = shop.ended(order("gone", 1, card("tok_1"), "DE")).text("orderId");
    assertThat(shop.post("/api/orders/" + id + "/cancel", "").expect(409).text("code")).isEqualTo("ALREADY_SHIPPED");
    assertThat(shop.get("/api/orders/" + id).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void who_prefers_to_wait_is_answered_with_the_end() {
    shop.stock("awaited", 5);
    Answer order = shop.post("/api/orders", order("awaited", 1, card("tok_1"), "DE"), "Prefer", "respond-async, wait=10").expect(201);
    assertThat(order.text("status")).isEqualTo("CONFIRMED");
    assertThat(order.headers().firstValue("Preference-Applied")).contains("wait=10");
  }

  @Test
  void the_same_key_and_body_are_the_same_order_also_at_once_and_after_a_restart() {
    shop.stock("once", 50);
    String body = order("once", 1, card("tok_1"), "DE");
    List<CompletableFuture<Answer>> repeats = IntStream.range(0, 16).mapToObj(i -> CompletableFuture.supplyAsync(
        () -> shop.post("/api/orders", body, "Idempotency-Key", "key-1"), clients)).toList();
    Set<String> ids = repeats.stream().map(repeat -> repeat.join().expect(201).text("orderId")).collect(Collectors.toSet());
    assertThat(ids).hasSize(1);
    String id = ids.iterator().next();
    shop.awaitEnd(id);
    node.restart();
    Answer again = shop.post("/api/orders", body, "Idempotency-Key", "key-1").expect(201);
    assertThat(again.text("orderId")).isEqualTo(id);
    assertThat(again.text("status")).isEqualTo("CONFIRMED");
    assertThat(charges(id)).containsExactly("succeeded");
    shop.awaitSaga(id);
    assertStock("once", 49, 0);
    for (String other : List.of(order("once", 2, card("tok_1"), "DE"), order("once", 1, card("tok_2"), "DE"),
        body.replace("'customerId':'ada'", "'customerId':'bob'"))) {
      assertThat(shop.post("/api/orders", other, "Idempotency-Key", "key-1").expect(422).text("code"))
          .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }
  }

  @Test
  void concurrent_orders_never_sell_more_than_there_is() {
    shop.stock("crowded", 10);
    List<CompletableFuture<Answer>> orders = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      orders.add(CompletableFuture.supplyAsync(() -> shop.ended(order("crowded", 1, card("tok_1"), "DE")), clients));
    }
    assertThat(orders.stream().map(order -> order.join().text("status")).filter("CONFIRMED"::equals)).hasSize(10);
    orders.forEach(order -> shop.awaitSaga(order.join().text("orderId")));
    assertStock("crowded", 0, 0);
  }

  @Test
  void a_customers_orders_are_listed_newest_first_page_by_page_and_by_status() {
    shop.stock("listed", 3);
    List<String> placed = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      placed.add(0, shop.ended(order("listed", 1, card("tok_1"), "DE").replace("'ada'", "'lister'")).text("orderId"));
    }
    viewsAreComplete();
    assertThat(pages("/api/orders?customerId=lister&limit=2")).isEqualTo(placed);
    assertThat(pages("/api/orders?customerId=lister&status=CANCELLED")).isEqualTo(placed.subList(0, 2));
    assertThat(pages("/api/orders?customerId=lister&status=CONFIRMED&limit=1")).isEqualTo(placed.subList(2, 5));
    assertThat(pages("/api/orders?customerId=lister&status=PENDING")).isEmpty();
    assertThat(pages("/api/orders?customerId=nobody")).isEmpty();
    assertThat(pages("/api/users/lister/orders?status=CANCELLED&limit=1")).isEqualTo(placed.subList(0, 2));
    JsonNode listed = shop.get("/api/orders?customerId=lister&limit=1").expect(200).body().at("/orders/0");
    assertThat(listed).isEqualTo(shop.get("/api/orders/" + placed.get(0)).expect(200).body());
    assertThat(pages("/api/orders?limit=500")).containsAll(placed);
    assertThat(pages("/api/orders?status=CANCELLED")).containsAll(placed.subList(0, 2)).doesNotContain(placed.get(4));
    shop.get("/api/orders?status=LOST").expectProblem(400, "INVALID_FIELD", "status");
    shop.get("/api/orders?customerId=a%20b").expectProblem(400, "INVALID_FIELD", "customerId");
    shop.get("/api/orders?limit=501").expectProblem(400, "INVALID_FIELD", "limit");
    shop.get("/api/orders?cursor=x").expectProblem(400, "INVALID_FIELD", "cursor");
  }

  @Test
  void an_order_is_shown_by_its_view_as_it_is_shown_by_itself() {
    shop.stock("same", 5);
    String body = order("same", 2, card("tok_1"), "DE");
    Answer itself = shop.post("/api/orders", body, "Prefer", "wait=10", "Idempotency-Key", "same").expect(201);
    assertThat(itself.text("status")).isEqualTo("CONFIRMED");
    Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() ->
        assertThat(shop.get("/api/orders/" + itself.text("orderId")).expect(200).body()).isEqualTo(itself.body()));
  }

  @Test
  void an_order_that_was_answered_is_found_at_once() {
    shop.stock("found", 100);
    for (int i = 0; i < 30; i++) {
      String id = shop.post("/api/orders", order("found", 1, card("tok_1"), "DE")).expect(201).text("orderId");
      assertThat(shop.get("/api/orders/" + id).expect(200).text("orderId")).isEqualTo(id);
    }
  }

  @Test
  void the_orders_of_each_status_are_counted() {
    shop.stock("counted", 1);
    viewsAreComplete();
    JsonNode before = shop.get("/ops/stats").expect(200).body();
    shop.ended(order("counted", 1, card("tok_1"), "DE"));
    shop.ended(order("counted", 1, card("tok_1"), "DE"));
    viewsAreComplete();
    JsonNode after = shop.get("/ops/stats").expect(200).body();
    assertThat(after.path("confirmed").asLong()).isEqualTo(before.path("confirmed").asLong() + 1);
    assertThat(after.path("cancelled").asLong()).isEqualTo(before.path("cancelled").asLong() + 1);
    assertThat(after.path("pending").asLong()).isEqualTo(before.path("pending").asLong());
  }

  @Test
  void products_are_listed_with_their_stock() {
    shop.stock("shelved", 7);
    shop.ended(order("shelved", 2, card("tok_1"), "DE"));
    Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
      JsonNode first = shop.get("/api/products?limit=1").expect(200).body();
      assertThat(first.path("products")).containsExactly(shop.get("/api/products/shelved").body());
      assertThat(first.path("next").asText()).isNotEmpty();
    });
    shop.get("/api/products?limit=x").expectProblem(400, "INVALID_FIELD", "limit");
  }

  @Test
  void a_rebuild_leaves_everything_as_it_was() {
    shop.stock("rebuilt", 5);
    shop.ended(order("rebuilt", 1, card("tok_1"), "DE"));
    viewsAreComplete();
    List<String> orders = pages("/api/orders?limit=500");
    JsonNode products = shop.get("/api/products?limit=500").body();
    JsonNode stats = shop.get("/ops/stats").body();
    long generation = projection("orders").path("generation").asLong();
    assertThat(shop.post("/ops/projections/orders/rebuild", "").expect(202).text("state")).isEqualTo("REBUILDING");
    shop.post("/ops/projections/products/rebuild", "").expect(202);
    shop.post("/ops/projections/orders/rebuild", "").expectProblem(409, "REBUILD_RUNNING", null);
    assertThat(pages("/api/orders?limit=500")).isEqualTo(orders);
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> projection("orders").path("generation").asLong() == generation + 1
        && !projection("products").has("rebuild"));
    assertThat(pages("/api/orders?limit=500")).isEqualTo(orders);
    assertThat(shop.get("/api/products?limit=500").body()).isEqualTo(products);
    assertThat(shop.get("/ops/stats").body()).isEqualTo(stats);
    assertThat(projection("orders").path("state").asText()).isEqualTo("RUNNING");
    shop.post("/ops/projections/orders/resume", "").expectProblem(409, "NOT_STOPPED", null);
    shop.post("/ops/projections/unknown/rebuild", "").expectProblem(404, "PROJECTION_NOT_FOUND", null);
    shop.post("/ops/projections/unknown/resume", "").expectProblem(404, "PROJECTION_NOT_FOUND", null);
    assertThat(shop.get("/ops/projections/orders/parked").expect(200).body().toString()).isEqualTo("{\"parked\":[],\"next\":null}");
    shop.post("/ops/projections/orders/parked/order%7Cunknown/retry", "").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
    shop.post("/ops/projections/orders/parked/order%7Cunknown/skip", "{'reason':'unknown'}").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
  }

  @Test
  void what_is_wrong_in_an_order_is_said_by_its_field_and_nothing_is_placed() {
    String good = order("tea", 1, card("tok_1"), "DE");
    refuses(good, "'customerId':'ada',", "", "MISSING_FIELD", "customerId");
    refuses(good, "'ada'", "'a b'", "INVALID_FIELD", "customerId");
    refuses(good, "'EUR'", "'EURO'", "INVALID_FIELD", "currency");
    refuses(good, "'quantity':1", "'quantity':-1", "INVALID_FIELD", "items[0].quantity");
    refuses(good, "'quantity':1", "'quantity':1.5", "INVALID_FIELD", "items[0].quantity");
    refuses(good, "'quantity':1", "'quantity':99999999999999999999", "INVALID_FIELD", "items[0].quantity");
    refuses(good, "'3.50'", "'3.505'", "INVALID_FIELD", "items[0].unitPrice");
    refuses(good, "'3.50'", "1e999999999", "INVALID_FIELD", "items[0].unitPrice");
    refuses(good, "'3.50'", "-3.5", "INVALID_FIELD", "items[0].unitPrice");
    refuses(good, "[{'sku':'tea',", "[{'sku':'tea','quantity':1,'unitPrice':'3.50'},{'sku':'tea',", "INVALID_FIELD", "items[1].sku");
    refuses(good, "'items':[", "'items':[],'x':[", "INVALID_FIELD", "items");
    refuses(good, "'card'", "'cash'", "INVALID_FIELD", "payment.method");
    refuses(good, "'token':'tok_1'", "'token':'tok_1','pin':1", "UNKNOWN_FIELD", "payment.pin");
    refuses(good, "'city':'Berlin',", "", "MISSING_FIELD", "shippingAddress.city");
    refuses(good, "{'customerId'", "{'coupon':1,'customerId'", "UNKNOWN_FIELD", "coupon");
    shop.post("/api/orders", "{").expectProblem(400, "MALFORMED_JSON", null);
    shop.post("/api/orders", "[]").expectProblem(400, "MALFORMED_JSON", null);
    shop.post("/api/orders", good, "Content-Type", "text/plain").expectProblem(415, "UNSUPPORTED_MEDIA_TYPE", null);
    shop.post("/api/orders", good.replace("tok_1", "x".repeat(70_000))).expectProblem(413, "BODY_TOO_LARGE", null);
    shop.post("/api/orders", good, "Idempotency-Key", "k".repeat(256)).expectProblem(400, "INVALID_FIELD", "Idempotency-Key");
    shop.get("/api/orders/unknown").expectProblem(404, "ORDER_NOT_FOUND", null);
    shop.get("/api/orders/unknown/saga").expectProblem(404, "ORDER_NOT_FOUND", null);
    shop.post("/api/orders/unknown/cancel", "").expectProblem(404, "ORDER_NOT_FOUND", null);
    shop.send("DELETE", "/api/orders/unknown", null).expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/payments/unknown").expectProblem(404, "PAYMENT_NOT_FOUND", null);
    shop.get("/api/shipments/unknown").expectProblem(404, "SHIPMENT_NOT_FOUND", null);
    shop.get("/ops/sagas?state=LOST").expectProblem(400, "INVALID_FIELD", "state");
    shop.get("/ops/sagas?limit=0").expectProblem(400, "INVALID_FIELD", "limit");
    shop.get("/ops/sagas?cursor=x").expectProblem(400, "INVALID_FIELD", "cursor");
    shop.post("/ops/sagas/unknown/retry", "").expectProblem(404, "SAGA_NOT_FOUND", null);
  }

  private void refuses(String order, String part, String bad, String code, String field) {
    assertThat(order).contains(part);
    shop.post("/api/orders", order.replace(part, bad)).expectProblem(400, code, field);
  }

  private JsonNode projection(String name) {
    return StreamSupport.stream(shop.get("/ops/projections").expect(200).body().path("projections").spliterator(), false)
        .filter(projection -> projection.path("name").asText().equals(name)).findFirst().orElseThrow();
  }

  private void viewsAreComplete() {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() ->
        projection("orders").path("lagEvents").asLong() == 0 && projection("products").path("lagEvents").asLong() == 0);
  }

  /** The ids of all orders that the list gives, over as many pages as it takes. */
  private List<String> pages(String list) {
    List<String> ids = new ArrayList<>();
    JsonNode page = shop.get(list).expect(200).body();
    page.path("orders").forEach(order -> ids.add(order.path("orderId").asText()));
    while (page.hasNonNull("next")) {
      page = shop.get(list + "&cursor=" + page.path("next").asText()).expect(200).body();
      assertThat(page.path("orders")).isNotEmpty();
      page.path("orders").forEach(order -> ids.add(order.path("orderId").asText()));
    }
    return ids;
  }

  private Answer assertCancelled(String order, String reason, String... log) {
    Answer ended = shop.ended(order);
    assertThat(ended.text("status")).isEqualTo("CANCELLED");
    assertThat(ended.text("reason")).isEqualTo(reason);
    Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() ->
        assertThat(steps(ended.text("orderId"))).containsExactly(log));
    return ended;
  }

  private void assertStock(String sku, int available, int reserved) {
    JsonNode product = shop.get("/api/products/" + sku).expect(200).body();
    assertThat(product.path("available").asInt()).as("available").isEqualTo(available);
    assertThat(product.path("reserved").asInt()).as("reserved").isEqualTo(reserved);
  }

  private void assertBalance(String account, String balance) {
    assertThat(shop.get("/api/accounts/" + account).expect(200).text("balance")).isEqualTo(balance);
  }

  private List<String> steps(String orderId) {
    return StreamSupport.stream(shop.get("/api/orders/" + orderId + "/saga").expect(200).body().path("steps").spliterator(), false)
        .map(step -> step.path("name").asText() + " " + step.path("status").asText()).toList();
  }

  /** What the provider's ledger says of the order's charges. */
  private List<String> charges(String orderId) {
    return StreamSupport.stream(node.provider().get("/ledger?orderId=" + orderId).expect(200).body().path("charges").spliterator(),
        false).map(charge -> charge.path("status").asText()).toList();
  }
}
