package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Clients that order, pay by card and account, cancel now and then, and repeat what was not answered, while a spec lets things fail;
 * and the books that must balance afterwards: orders, stock, accounts and the payment provider's ledger, all read over HTTP.
 */
public final class Shoppers implements AutoCloseable {

  private static final int STOCK = 1_000_000;
  private static final long FUNDS = 100_000_000;
  private static final long PRICE = 350;
  private static final List<String> SKUS = List.of("tea", "coffee", "cocoa");
  private static final List<String> ACCOUNTS = List.of("ada", "bob");
  private static final int CLIENTS = 4;
  /** Orders to a transfer. */
  private static final int TRANSFER_EVERY = 4;

  /** An order that was answered with 201. */
  private record Placed(String id, String sku, int quantity, String payment) {}

  private final List<? extends Serving> nodes;
  /** How many of a hundred orders are cancelled right away. */
  private final int cancellations;
  private final Queue<Placed> placed = new ConcurrentLinkedQueue<>();
  private final TransferCircle circle = new TransferCircle();
  private final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());
  private final AtomicLong longestSilence = new AtomicLong();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final List<Thread> clients = new ArrayList<>();
  private final Map<String, Answer> ended = new HashMap<>();
  private volatile boolean open = true;

  /** Fills the shelves and the accounts, and begins to order. */
  public Shoppers(List<? extends Serving> nodes, SplittableRandom dice, int cancellations) {
    this.nodes = nodes;
    ShopClient shop = shop();
    this.cancellations = cancellations;
    SKUS.forEach(sku -> shop.stock(sku, STOCK));
    ACCOUNTS.forEach(account -> shop.account(account, FUNDS / 100 + ".00"));
    circle.open(shop);
    for (int i = 0; i < CLIENTS; i++) {
      SplittableRandom own = dice.split();
      Thread client = new Thread(() -> order(own), "client-" + i);
      clients.add(client);
      client.start();
    }
  }

  /** The orders that were answered so far. */
  public int answered() {
    return placed.size();
  }

  /** The longest time in which no order was answered since this was asked before. */
  public Duration longestSilence() {
    return Duration.ofNanos(longestSilence.getAndSet(0));
  }

  /** Waits until so many more orders were answered. */
  public void awaitMore(int orders) {
    int before = placed.size();
    Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(5)).until(() -> placed.size() >= before + orders);
  }

  /** The orders that were answered last and whose end has not been seen. */
  public List<String> latest(int count) {
    List<String> ids = placed.stream().map(Placed::id).toList();
    return ids.subList(Math.max(0, ids.size() - count), ids.size());
  }

  /** The transfers that were answered so far. */
  public int transfers() {
    return circle.size();
  }

  /** Requests that something cut off. */
  public int unanswered() {
    return unanswered.get();
  }

  private void order(SplittableRandom dice) {
    while (open) {
      String sku = SKUS.get(dice.nextInt(SKUS.size()));
      int quantity = 1 + dice.nextInt(3);
      String payment = switch (dice.nextInt(6)) {
        case 0 -> ShopClient.card("tok_declined");
        case 1 -> ShopClient.account(ACCOUNTS.get(dice.nextInt(ACCOUNTS.size())));
        default -> ShopClient.card("tok_1");
      };
      String body = ShopClient.order(sku, quantity, payment, dice.nextInt(8) == 0 ? "ZZ" : "DE");
      String id = untilAnswered(dice, "/api/orders", body, "key-" + dice.nextLong()).text("orderId");
      placed.add(new Placed(id, sku, quantity, payment));
      long now = System.nanoTime();
      longestSilence.accumulateAndGet(now - lastAnswer.getAndSet(now), Math::max);
      if (dice.nextInt(100) < cancellations) {
        untilAnswered(dice, "/api/orders/" + id + "/cancel", "", "cancel");
      }
      if (dice.nextInt(TRANSFER_EVERY) == 0) {
        TransferCircle.Wish wish = circle.next(dice);
        circle.answered(wish, untilAnswered(dice, wish.path(), wish.body("t-" + dice.nextLong()), "transfer").text("transferId"));
      }
    }
  }

  /** Asks any node, and another one while there is no answer to go by. */
  private Answer untilAnswered(SplittableRandom dice, String path, String body, String key) {
    while (true) {
      Serving node = nodes.get(dice.nextInt(nodes.size()));
      try {
        Answer answer = node.shop().post(path, body, "Idempotency-Key", key);
        // What a gateway says when a node does not answer as well.
        if (!Set.of(502, 503, 504).contains(answer.status())) {
          assertThat(answer.status()).as(() -> answer.body().toString()).isIn(201, 202, 409);
          return answer;
        }
      } catch (UncheckedIOException cutOff) {
        unanswered.incrementAndGet();
      }
      Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(20))
          .until(() -> nodes.stream().anyMatch(Serving::serves));
    }
  }

  /** A client of a node that serves. */
  private ShopClient shop() {
    return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(20))
        .until(() -> nodes.stream().filter(Serving::serves).findFirst(), Optional::isPresent).orElseThrow().shop();
  }

  /** Lets the clients finish, and waits until every order has come to its end. */
  public void awaitEnds() throws InterruptedException {
    close();
    ShopClient shop = shop();
    placed.forEach(order -> ended.put(order.id(), shop.awaitEnd(order.id())));
    Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
      assertThat(shop.get("/ops/sagas?state=RUNNING").body().path("sagas")).isEmpty();
      assertThat(shop.get("/ops/sagas?state=COMPENSATING").body().path("sagas")).isEmpty();
      assertThat(shop.get("/api/payments?status=QUEUED").body().path("payments")).isEmpty();
    });
    assertThat(shop.get("/ops/sagas?state=COMPENSATION_FAILED").body().path("sagas")).isEmpty();
  }

  /** How the orders ended, by status and reason. */
  public Map<String, Long> ends() {
    Map<String, Long> counts = new java.util.TreeMap<>();
    ended.values().forEach(order -> counts.merge((order.text("status") + " " + order.text("reason")).trim(), 1L, Long::sum));
    return counts;
  }

  /** Each confirmed card order was charged once and its money kept; nothing is kept of any other. Stock and accounts agree. */
  public void assertBooksBalance(JsonNode ledger) {
    assertThat(ends().getOrDefault("CONFIRMED", 0L)).isPositive();
    assertLedger(ledger);
    assertStock();
    assertBalances();
    assertThat(circle.size()).isPositive();
    circle.assertMoneyConserved(shop());
    assertHistories();
    assertViews();
  }

  /** The views have each order once, in its last state. */
  private void assertViews() {
    ShopClient shop = shop();
    long confirmed = ends().get("CONFIRMED");
    Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
      JsonNode stats = shop.get("/ops/stats").expect(200).body();
      assertThat(stats.path("pending").asLong()).isZero();
      assertThat(stats.path("confirmed").asLong()).isEqualTo(confirmed);
      assertThat(stats.path("cancelled").asLong()).isEqualTo(ended.size() - confirmed);
    });
    Map<String, String> listed = new HashMap<>();
    String cursor = "";
    do {
      JsonNode page = shop.get("/api/orders?limit=500" + cursor).expect(200).body();
      page.path("orders").forEach(order ->
          assertThat(listed.put(order.path("orderId").asText(), order.path("status").asText())).as("an order listed twice").isNull());
      cursor = page.hasNonNull("next") ? "&cursor=" + page.path("next").asText() : null;
    } while (cursor != null);
    Map<String, String> expected = new HashMap<>();
    ended.forEach((id, order) -> expected.put(id, order.text("status")));
    assertThat(listed).isEqualTo(expected);
  }

  /** The journal tells of each order once: it was created, it ended as its view says, and no number is missing or there twice. */
  private void assertHistories() {
    ShopClient shop = shop();
    ended.forEach((id, order) -> {
      List<String> told = new ArrayList<>();
      shop.get("/api/orders/" + id + "/events").expect(200).body().path("events")
          .forEach(event -> told.add(event.path("sequence").asInt() + " " + event.path("type").asText()));
      assertThat(told).as(id).isIn(List.of("1 CREATED", "2 " + order.text("status")), List.of("1 CANCELLED"));
    });
    ACCOUNTS.forEach(account -> assertThat(AccountBooks.balance(shop, account))
        .isEqualTo(shop.get("/api/accounts/" + account).text("balance")));
  }

  private void assertLedger(JsonNode ledger) {
    Map<String, Long> kept = new HashMap<>();
    for (JsonNode charge : ledger) {
      if (charge.path("status").asText().equals("succeeded")) {
        long minor = new BigDecimal(charge.path("amount").asText()).movePointRight(2).longValueExact();
        assertThat(kept.put(charge.path("orderId").asText(), minor)).as("a second charge").isNull();
      }
    }
    Map<String, Long> due = new HashMap<>();
    for (Placed order : placed) {
      if (order.payment().contains("card") && confirmed(order)) {
        due.put(order.id(), order.quantity() * PRICE);
      }
    }
    assertThat(kept).isEqualTo(due);
  }

  private void assertStock() {
    ShopClient shop = shop();
    for (String sku : SKUS) {
      int sold = placed.stream().filter(order -> order.sku().equals(sku)).filter(this::confirmed).mapToInt(Placed::quantity).sum();
      JsonNode product = shop.get("/api/products/" + sku).expect(200).body();
      assertThat(product.path("reserved").asInt()).isZero();
      assertThat(product.path("available").asInt() + sold).isEqualTo(STOCK);
    }
  }

  private void assertBalances() {
    ShopClient shop = shop();
    for (String account : ACCOUNTS) {
      long paid = placed.stream().filter(order -> order.payment().contains("'" + account + "'")).filter(this::confirmed)
          .mapToLong(order -> order.quantity() * PRICE).sum();
      JsonNode balance = shop.get("/api/accounts/" + account).expect(200).body().path("balance");
      assertThat(balance.asText()).isEqualTo(BigDecimal.valueOf(FUNDS - paid, 2).toPlainString());
    }
  }

  private boolean confirmed(Placed order) {
    return ended.get(order.id()).text("status").equals("CONFIRMED");
  }

  /** Ends the clients; each waits for the answer that it has asked for. */
  @Override
  public void close() throws InterruptedException {
    open = false;
    for (Thread client : clients) {
      client.join();
    }
  }
}
