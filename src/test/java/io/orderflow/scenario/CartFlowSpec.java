package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.account;
import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.cart.ShoppingCart;
import io.orderflow.eventsourcing.HostedAggregate;
import io.orderflow.kernel.Money;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A cart's way into an order through a whole node over HTTP, as a client sees it, on each database. */
class CartFlowSpec extends NodeOnEachDatabase {

  CartFlowSpec() {
    super("""
        orderflow.sagas.wake-after = 500ms
        orderflow.payment.queue.max = 2
        orderflow.payment.breaker { window = 100, open = 200ms }
        """);
  }

  @Test
  void a_cart_becomes_an_order_that_is_confirmed() {
    shop.stock("tea", 10);
    shop.stock("cups", 10);
    put("way", "tea", 2);
    put("way", "cups", 1);
    Answer placed = checkOut("way", "ada", card("tok_1")).expect(201);
    String id = placed.text("orderId");
    assertThat(placed.text("status")).isEqualTo("PENDING");
    assertThat(placed.text("total")).isEqualTo("10.50");
    assertThat(placed.text("currency")).isEqualTo("EUR");
    assertThat(placed.text("customerId")).isEqualTo("ada");
    assertThat(placed.body().path("items").toString()).isEqualTo("[{\"sku\":\"tea\",\"quantity\":2,\"unitPrice\":\"3.50\"},"
        + "{\"sku\":\"cups\",\"quantity\":1,\"unitPrice\":\"3.50\"}]");
    assertThat(placed.headers().firstValue("Location")).contains("/api/orders/" + id);

    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
    assertThat(available("tea")).isEqualTo(8);
    assertThat(available("cups")).isEqualTo(9);
    assertThat(charges(id)).isEqualTo(1);
    Answer cart = shop.get("/api/carts/way").expect(200);
    assertThat(cart.text("status")).isEqualTo("CHECKED_OUT");
    assertThat(cart.text("orderId")).isEqualTo(id);
    shop.put("/api/carts/way/items/tea", "{'quantity':1}").expectProblem(409, "CART_CHECKED_OUT", null);
    shop.send("DELETE", "/api/carts/way/items/tea", null).expectProblem(409, "CART_CHECKED_OUT", null);
  }

  @Test
  void many_checkouts_are_one_order_also_at_once_and_after_a_restart() {
    shop.stock("once", 50);
    put("once", "once", 3);
    List<CompletableFuture<Answer>> checkouts = IntStream.range(0, 16).mapToObj(i -> CompletableFuture.supplyAsync(
        () -> checkOut("once", "customer-" + i, card("tok_" + i)), clients)).toList();
    List<Answer> answers = checkouts.stream().map(checkout -> checkout.join().expect(201)).toList();
    Set<String> orders = answers.stream().map(answer -> answer.text("orderId") + " of " + answer.text("customerId"))
        .collect(Collectors.toSet());
    assertThat(orders).hasSize(1);
    String id = answers.get(0).text("orderId");
    shop.awaitEnd(id);
    node.restart();
    Answer again = checkOut("once", "too-late", card("tok_late")).expect(201);
    assertThat(again.text("orderId")).isEqualTo(id);
    assertThat(again.text("customerId")).isEqualTo(answers.get(0).text("customerId"));
    assertThat(again.text("status")).isEqualTo("CONFIRMED");
    assertThat(again.headers().firstValue("Location")).contains("/api/orders/" + id);
    assertThat(charges(id)).isEqualTo(1);
    assertThat(available("once")).isEqualTo(47);
  }

  @Test
  void who_prefers_to_wait_is_answered_with_the_end() {
    shop.stock("awaited", 5);
    shop.account("waiter", "10.00");
    put("awaited", "awaited", 2);
    Answer order = checkOut("awaited", "ada", account("waiter"), "Prefer", "wait=10").expect(201);
    assertThat(order.text("status")).isEqualTo("CONFIRMED");
    assertThat(order.headers().firstValue("Preference-Applied")).contains("wait=10");
    assertThat(shop.get("/api/accounts/waiter").text("balance")).isEqualTo("3.00");
  }

  @Test
  void the_prices_are_those_of_the_checkout() {
    shop.stock("dearer", 5);
    put("dearer", "dearer", 2);
    price("dearer", "4.25", "EUR");
    Answer order = checkOut("dearer", "ada", card("tok_1")).expect(201);
    assertThat(order.text("total")).isEqualTo("8.50");
    assertThat(shop.awaitEnd(order.text("orderId")).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void an_order_with_the_carts_name_as_its_key_is_another_order() {
    shop.stock("named", 5);
    put("named", "named", 1);
    String byKey = shop.post("/api/orders", order("named", 1, card("tok_1"), "DE"), "Idempotency-Key", "named").expect(201)
        .text("orderId");
    String byCart = checkOut("named", "ada", card("tok_1")).expect(201).text("orderId");
    assertThat(byCart).isNotEqualTo(byKey);
    assertThat(shop.awaitEnd(byKey).text("status")).isEqualTo("CONFIRMED");
    assertThat(shop.awaitEnd(byCart).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void a_cart_that_cannot_become_an_order_stays_open() {
    shop.stock("known", 5);
    price("foreign", "5.00", "USD");
    price("costly", "10000000000.00", "EUR");
    put("stays", "known", 1);
    put("stays", "unheard-of", 1);
    Answer unknown = checkOut("stays", "ada", card("tok_1"));
    unknown.expectProblem(409, "UNKNOWN_PRODUCT", null);
    assertThat(unknown.text("detail")).contains("unheard-of");
    shop.send("DELETE", "/api/carts/stays/items/unheard-of", null).expect(200);
    put("stays", "foreign", 1);
    Answer mixed = checkOut("stays", "ada", card("tok_1"));
    mixed.expectProblem(422, "MIXED_CURRENCIES", null);
    assertThat(mixed.text("detail")).contains("known", "EUR", "foreign", "USD");
    shop.send("DELETE", "/api/carts/stays/items/foreign", null).expect(200);
    put("stays", "costly", 1_000_000);
    checkOut("stays", "ada", card("tok_1")).expectProblem(422, "TOTAL_TOO_LARGE", null);
    shop.send("DELETE", "/api/carts/stays/items/costly", null).expect(200);
    String inDollars = "{'customerId':'ada','currency':'USD','payment':" + card("tok_1") + "}";
    shop.post("/api/carts/stays/checkout", inDollars).expectProblem(422, "CURRENCY_MISMATCH", null);
    assertThat(shop.get("/api/carts/stays").expect(200).text("status")).isEqualTo("OPEN");
    shop.post("/api/carts/stays/checkout", inDollars.replace("USD", "EUR")).expect(201);
  }

  @Test
  void a_full_payment_queue_refuses_a_checkout_by_card_and_the_cart_stays_open() {
    shop.stock("patient", 50);
    shop.account("solvent", "10.00");
    put("patient", "patient", 1);
    node.provider().put("/faults", "{'outage':true}").expect(200);
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() ->
        shop.post("/api/orders", order("patient", 1, card("tok_1"), "DE")).status() == 503);
    Answer refused = checkOut("patient", "ada", card("tok_1"));
    refused.expectProblem(503, "PAYMENT_QUEUE_FULL", null);
    assertThat(refused.headers().firstValue("Retry-After")).contains("10");
    assertThat(shop.get("/api/carts/patient").expect(200).text("status")).isEqualTo("OPEN");
    String id = checkOut("patient", "ada", account("solvent")).expect(201).text("orderId");
    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
    assertThat(checkOut("patient", "ada", card("tok_1")).expect(201).text("orderId")).isEqualTo(id);
    node.provider().put("/faults", "{}").expect(200);
    // The other specs' orders are to be accepted again.
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() ->
        shop.post("/api/orders", order("patient", 1, card("tok_1"), "DE")).status() == 201);
  }

  @Test
  void a_checkout_cut_off_after_it_was_recorded_is_placed_although_nobody_asks_again() {
    shop.stock("cut", 5);
    put("cut", "cut", 1);
    // What a node has done that dies between recording the order and starting its saga.
    PlacedOrder order = new PlacedOrder.Terms("ada", new PaymentMethod.Card("tok_1"), null)
        .order(List.of(new Inventory.Item("cut", 1, new Money(350, "EUR"))));
    new HostedAggregate<ShoppingCart.Command, ShoppingCart.Contents>(node.system(), ShoppingCart.NAME, "cut")
        .ask(new ShoppingCart.CheckOut(order));
    node.restart();
    String id = shop.get("/api/carts/cut").expect(200).text("orderId");
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> shop.get("/api/orders/" + id).status() == 200);
    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
    assertThat(checkOut("cut", "bob", card("tok_2")).expect(201).text("customerId")).isEqualTo("ada");
    assertThat(available("cut")).isEqualTo(4);
  }

  private void put(String cart, String sku, int quantity) {
    shop.put("/api/carts/" + cart + "/items/" + sku, "{'quantity':" + quantity + "}").expect(200);
  }

  private void price(String sku, String price, String currency) {
    assertThat(shop.put("/api/products/" + sku, "{'name':'Tea','price':'" + price + "','currency':'" + currency + "'}").status())
        .isIn(200, 201);
  }

  private Answer checkOut(String cart, String customer, String payment, String... headers) {
    return shop.post("/api/carts/" + cart + "/checkout", "{'customerId':'" + customer + "','payment':" + payment + "}", headers);
  }

  private int available(String sku) {
    return shop.get("/api/products/" + sku).expect(200).body().path("available").asInt();
  }

  private int charges(String orderId) {
    return node.provider().get("/ledger?orderId=" + orderId).expect(200).body().path("charges").size();
  }
}
