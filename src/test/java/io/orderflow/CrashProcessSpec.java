package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.ShopClient.Answer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program, killed again and again at random moments while clients order, each time started by the same command. Afterwards the
 * books must balance: orders, stock, accounts and the payment provider's ledger. {@code -Dcrash.seed} repeats a run's dice,
 * {@code -Dcrash.kills} makes it longer.
 */
class CrashProcessSpec {

  private static final int CLIENTS = 4;
  private static final int STOCK = 1_000_000;
  private static final long FUNDS = 100_000_000;
  private static final List<String> SKUS = List.of("tea", "coffee", "cocoa");
  private static final List<String> ACCOUNTS = List.of("ada", "bob");
  private static final long PRICE = 350;

  /** Kept when the spec fails: the journal and the log of the node. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final long seed = Long.getLong("crash.seed", System.nanoTime());
  private final int kills = Integer.getInteger("crash.kills", 6);
  private final Map<String, Integer> ports = TestNode.freePorts();
  private final ShopClient shop = new ShopClient("http://127.0.0.1:" + ports.get("orderflow.services.port"));
  private final ShopClient provider = new ShopClient("http://127.0.0.1:" + ports.get("orderflow.provider.port"));
  private final ShopClient management = new ShopClient("http://127.0.0.1:" + ports.get("orderflow.management.port"));
  private Process process;

  /** An order that was answered with 201. */
  private record Placed(String id, String sku, int quantity, String payment) {}

  @AfterEach
  void stop() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }

  @Test
  void whatever_moment_it_is_killed_at_every_order_ends_and_the_books_balance() throws Exception {
    start();
    SKUS.forEach(sku -> shop.stock(sku, STOCK));
    ACCOUNTS.forEach(account -> shop.account(account, FUNDS / 100 + ".00"));

    SplittableRandom dice = new SplittableRandom(seed);
    Queue<Placed> placed = new ConcurrentLinkedQueue<>();
    AtomicBoolean open = new AtomicBoolean(true);
    AtomicInteger unanswered = new AtomicInteger();
    List<Thread> clients = IntStream.range(0, CLIENTS).mapToObj(i -> new Thread(
        client(dice.split(), open, placed, unanswered), "client-" + i)).toList();
    clients.forEach(Thread::start);
    for (int kill = 0; kill < kills; kill++) {
      int before = placed.size();
      int more = 1 + dice.nextInt(200);
      Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> placed.size() >= before + more);
      process.destroyForcibly().waitFor();
      start();
    }
    open.set(false);
    for (Thread client : clients) {
      client.join();
    }

    Map<String, Answer> ended = new HashMap<>();
    placed.forEach(order -> ended.put(order.id(), shop.awaitEnd(order.id())));
    long confirmed = ended.values().stream().filter(order -> order.text("status").equals("CONFIRMED")).count();
    System.out.printf("seed %d: %d kills, %d orders answered, %d confirmed, %d cancelled, %d requests without an answer%n",
        seed, kills, placed.size(), confirmed, placed.size() - confirmed, unanswered.get());
    assertThat(unanswered).as("requests that a kill cut off: otherwise nothing was tested").hasPositiveValue();
    assertThat(confirmed).isPositive();

    noSagaMoves();
    assertLedger(placed, ended);
    assertStock(placed, ended);
    assertBalances(placed, ended);
    assertViews(ended, confirmed);
  }

  /** Orders until the doors close; repeats each request with its key until it is answered. */
  private Runnable client(SplittableRandom dice, AtomicBoolean open, Queue<Placed> placed, AtomicInteger unanswered) {
    return () -> {
      while (open.get()) {
        String sku = SKUS.get(dice.nextInt(SKUS.size()));
        int quantity = 1 + dice.nextInt(3);
        String payment = switch (dice.nextInt(4)) {
          case 0 -> ShopClient.card("tok_declined");
          case 1 -> ShopClient.account(ACCOUNTS.get(dice.nextInt(ACCOUNTS.size())));
          default -> ShopClient.card("tok_1");
        };
        String body = ShopClient.order(sku, quantity, payment, dice.nextInt(5) == 0 ? "ZZ" : "DE");
        String key = "key-" + dice.nextLong();
        String id = untilAnswered(body, key, unanswered);
        placed.add(new Placed(id, sku, quantity, payment));
      }
    };
  }

  private String untilAnswered(String body, String key, AtomicInteger unanswered) {
    while (true) {
      try {
        Answer answer = shop.post("/api/orders", body, "Idempotency-Key", key);
        if (answer.status() == 201) {
          return answer.text("orderId");
        }
        assertThat(answer.status()).as(() -> answer.body().toString()).isEqualTo(503);
      } catch (UncheckedIOException killed) {
        unanswered.incrementAndGet();
      }
      Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).until(this::serves);
    }
  }

  private void start() {
    try {
      ProcessBuilder command = new ProcessBuilder(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-jar",
          new File("target/orderflow.jar").getAbsolutePath()).directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("node.log").toFile()));
      ports.forEach((setting, port) ->
          command.environment().put("ORDERFLOW_" + setting.split("\\.")[1].toUpperCase(Locale.ROOT) + "_PORT",
              port.toString()));
      process = command.start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).until(this::serves);
  }

  private boolean serves() {
    try {
      return management.send("GET", "/ready", null).status() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  private void noSagaMoves() {
    Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
      assertThat(shop.get("/ops/sagas?state=RUNNING").body().path("sagas")).isEmpty();
      assertThat(shop.get("/ops/sagas?state=COMPENSATING").body().path("sagas")).isEmpty();
    });
    assertThat(shop.get("/ops/sagas?state=COMPENSATION_FAILED").body().path("sagas")).isEmpty();
  }

  /** Each confirmed card order was charged once and its money kept; nothing is kept of any other. */
  private void assertLedger(Queue<Placed> placed, Map<String, Answer> ended) {
    Map<String, Long> kept = new HashMap<>();
    for (JsonNode charge : provider.get("/ledger").expect(200).body().path("charges")) {
      if (charge.path("status").asText().equals("succeeded")) {
        long minor = new BigDecimal(charge.path("amount").asText()).movePointRight(2).longValueExact();
        assertThat(kept.put(charge.path("orderId").asText(), minor)).as("a second charge").isNull();
      }
    }
    Map<String, Long> due = new HashMap<>();
    for (Placed order : placed) {
      if (order.payment().contains("card") && ended.get(order.id()).text("status").equals("CONFIRMED")) {
        due.put(order.id(), order.quantity() * PRICE);
      }
    }
    assertThat(kept).isEqualTo(due);
  }

  private void assertStock(Queue<Placed> placed, Map<String, Answer> ended) {
    for (String sku : SKUS) {
      int sold = placed.stream().filter(order -> order.sku().equals(sku))
          .filter(order -> ended.get(order.id()).text("status").equals("CONFIRMED")).mapToInt(Placed::quantity).sum();
      JsonNode product = shop.get("/api/products/" + sku).expect(200).body();
      assertThat(product.path("reserved").asInt()).isZero();
      assertThat(product.path("available").asInt() + sold).isEqualTo(STOCK);
    }
  }

  /** The views have each order once, in its last state. */
  private void assertViews(Map<String, Answer> ended, long confirmed) {
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

  private void assertBalances(Queue<Placed> placed, Map<String, Answer> ended) {
    for (String account : ACCOUNTS) {
      long paid = placed.stream().filter(order -> order.payment().contains("'" + account + "'"))
          .filter(order -> ended.get(order.id()).text("status").equals("CONFIRMED")).mapToLong(order -> order.quantity() * PRICE).sum();
      JsonNode balance = shop.get("/api/accounts/" + account).expect(200).body().path("balance");
      assertThat(balance.asText()).isEqualTo(BigDecimal.valueOf(FUNDS - paid, 2).toPlainString());
    }
  }
}
