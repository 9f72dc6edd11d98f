package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * The books that must balance when all orders have ended: the orders as their clients know them against shipments, payments, stock, accounts,
 * the payment provider's ledger, the views and the journal's events. All of it is read over HTTP, and nothing of the program is used.
 */
public final class ShopBooks {

  private static final int PARALLEL = 8;

  private final ShopClient shop;
  private final Assortment assortment;
  private final List<Placed> placed;
  private final TransferCircle circle;
  private final Map<String, JsonNode> ended;

  ShopBooks(ShopClient shop, Assortment assortment, List<Placed> placed, TransferCircle circle, Map<String, JsonNode> ended) {
    this.shop = shop;
    this.assortment = assortment;
    this.placed = placed;
    this.circle = circle;
    this.ended = ended;
  }

  /** Waits until each order is confirmed or cancelled, and its saga has ended; tells how. */
  static Map<String, JsonNode> awaitEnds(ShopClient shop, Collection<Placed> placed) {
    Map<String, JsonNode> ended = new ConcurrentHashMap<>();
    Parallel.each(PARALLEL, placed, order -> {
      ended.put(order.id(), shop.awaitEnd(order.id()).body());
      shop.awaitSaga(order.id());
    });
    return ended;
  }

  /** How the orders ended, by status and reason. */
  public Map<String, Long> ends() {
    Map<String, Long> counts = new TreeMap<>();
    ended.values().forEach(order ->
        counts.merge((order.path("status").asText() + " " + order.path("reason").asText()).trim(), 1L, Long::sum));
    return counts;
  }

  /** Asserts all of it. */
  public void assertBalance(JsonNode ledger) {
    assertThat(ends().getOrDefault("CONFIRMED", 0L)).isPositive();
    assertThat(ended).as("two answers were one order").hasSize(placed.size());
    assertLedger(ledger);
    assertStock();
    assertBalances();
    assertThat(circle.size()).isPositive();
    circle.assertMoneyConserved(shop);
    Parallel.each(PARALLEL, placed, this::assertTraces);
    assertViews();
  }

  /** Each confirmed order by card was charged once and its money kept; nothing is kept of any other. */
  private void assertLedger(JsonNode ledger) {
    Map<String, Long> kept = new HashMap<>();
    for (JsonNode charge : ledger) {
      if (charge.path("status").asText().equals("succeeded")) {
        long minor = new BigDecimal(charge.path("amount").asText()).movePointRight(2).longValueExact();
        assertThat(kept.put(charge.path("orderId").asText(), minor)).as("a second charge").isNull();
      }
    }
    Map<String, Long> due = new HashMap<>();
    confirmed(order -> order.wanted().account() == null).forEach(order -> due.put(order.id(), order.wanted().cents()));
    assertThat(kept).isEqualTo(due);
  }

  /** Available and sold are what was put in, nothing is reserved any more; and so the list of products has it. */
  private void assertStock() {
    Map<String, Integer> sold = new HashMap<>();
    confirmed(order -> true).forEach(order -> order.wanted().lines().forEach(line -> sold.merge(line.sku(), line.quantity(), Integer::sum)));
    Map<String, Integer> available = new HashMap<>();
    for (String sku : assortment.skus()) {
      JsonNode product = shop.read("/api/products/" + sku).expect(200).body();
      assertThat(product.path("reserved").asInt()).as(() -> sku + ", reserved by " + holders(sku)).isZero();
      available.put(sku, product.path("available").asInt());
      assertThat(available.get(sku)).as(sku).isNotNegative();
      assertThat(available.get(sku) + sold.getOrDefault(sku, 0)).as(sku).isEqualTo(assortment.putIn(sku));
    }
    Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
      Map<String, Integer> listed = new HashMap<>();
      pages("/api/products?limit=500", "products").forEach(product -> {
        assertThat(product.path("reserved").asInt()).isZero();
        assertThat(listed.put(product.path("sku").asText(), product.path("available").asInt())).as("listed twice").isNull();
      });
      assertThat(listed).isEqualTo(available);
    });
  }

  /** The orders that have pieces of a product reserved, by its events, with their sagas: for whoever looks for the reason. */
  private String holders(String sku) {
    Map<String, Integer> held = new TreeMap<>();
    for (JsonNode event : AccountBooks.events(shop, "/api/products/" + sku)) {
      String order = event.path("data").path("orderId").asText();
      switch (event.path("type").asText()) {
        case "RESERVED" -> held.put(order, event.path("data").path("quantity").asInt());
        case "RELEASED", "SHIPPED" -> held.remove(order);
        default -> { }
      }
    }
    StringBuilder text = new StringBuilder(held.isEmpty() ? "nobody, by its events" : "");
    held.forEach((order, quantity) -> text.append(quantity).append(" by ").append(order).append(ended.containsKey(order) ? "" : ", which no client knows")
        .append(": ").append(shop.get("/ops/sagas/" + order).body()).append('\n'));
    return text.toString();
  }

  /** From each account went what its confirmed orders cost, by its balance and by its events, whose numbers lack none. */
  private void assertBalances() {
    for (String account : assortment.accounts()) {
      long paid = confirmed(order -> account.equals(order.wanted().account())).stream().mapToLong(order -> order.wanted().cents()).sum();
      String balance = shop.read("/api/accounts/" + account).expect(200).text("balance");
      assertThat(balance).as(account).isEqualTo(BigDecimal.valueOf(assortment.funds(account) - paid, 2).toPlainString());
      assertThat(AccountBooks.balance(shop, account)).as(account).isEqualTo(balance);
    }
  }

  /**
   * A confirmed order was shipped and charged; of a cancelled one there is no shipment and no charge. The journal tells of each order once:
   * it was created, it ended as its view says, and no number is missing or there twice.
   */
  private void assertTraces(Placed order) {
    String status = ended.get(order.id()).path("status").asText();
    ShopClient.Answer shipment = shop.read("/api/shipments/" + order.id());
    ShopClient.Answer payment = shop.read("/api/payments/" + order.id());
    if (status.equals("CONFIRMED")) {
      assertThat(shipment.expect(200).text("status")).as(order.id()).isEqualTo("CREATED");
      assertThat(payment.expect(200).text("status")).as(order.id()).isEqualTo("CHARGED");
      assertThat(ended.get(order.id()).path("shipment").path("shipmentId").asText()).isEqualTo(shipment.text("shipmentId"));
    } else {
      assertThat(shipment.status() == 404 ? "CANCELLED" : shipment.text("status")).as(order.id()).isEqualTo("CANCELLED");
      assertThat(payment.status() == 404 ? "REFUNDED" : payment.text("status")).as(order.id()).isIn("REFUNDED", "DECLINED");
    }
    List<String> told = new ArrayList<>();
    shop.read("/api/orders/" + order.id() + "/events").expect(200).body().path("events")
        .forEach(event -> told.add(event.path("sequence").asInt() + " " + event.path("type").asText()));
    assertThat(told).as(order.id()).isIn(List.of("1 CREATED", "2 " + status), List.of("1 CANCELLED"));
  }

  /** The views have each order once, in its last state: all together, by customer, and counted. */
  private void assertViews() {
    long confirmed = confirmed(order -> true).size();
    Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
      JsonNode stats = shop.get("/ops/stats").expect(200).body();
      assertThat(stats.path("pending").asLong()).isZero();
      assertThat(stats.path("confirmed").asLong()).isEqualTo(confirmed);
      assertThat(stats.path("cancelled").asLong()).isEqualTo(ended.size() - confirmed);
    });
    Map<String, String> expected = new HashMap<>();
    ended.forEach((id, order) -> expected.put(id, order.path("status").asText()));
    assertThat(listed("/api/orders?limit=500")).isEqualTo(expected);
    for (String customer : assortment.customers()) {
      Map<String, String> theirs = new HashMap<>();
      placed.stream().filter(order -> order.wanted().customer().equals(customer))
          .forEach(order -> theirs.put(order.id(), expected.get(order.id())));
      assertThat(listed("/api/orders?limit=500&customerId=" + customer)).as(customer).isEqualTo(theirs);
    }
  }

  private Map<String, String> listed(String path) {
    Map<String, String> listed = new HashMap<>();
    pages(path, "orders").forEach(order ->
        assertThat(listed.put(order.path("orderId").asText(), order.path("status").asText())).as("an order listed twice").isNull());
    return listed;
  }

  private List<JsonNode> pages(String path, String what) {
    List<JsonNode> all = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = shop.read(path + cursor).expect(200).body();
      page.path(what).forEach(all::add);
      cursor = page.hasNonNull("next") ? "&cursor=" + page.path("next").asText() : null;
    } while (cursor != null);
    return all;
  }

  private List<Placed> confirmed(Predicate<Placed> which) {
    return placed.stream().filter(which).filter(order -> ended.get(order.id()).path("status").asText().equals("CONFIRMED")).toList();
  }
}
