package io.orderflow.testkit;

import io.orderflow.testkit.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;

/**
 * Clients that send requests through a gateway at a steady rate, each request once, and note every answer with the time that it took. Orders, deposits,
 * carts, products and reads take turns. {@link #assertDone} checks that each deposit was made once and each answered order is there.
 */
public final class SteadyLoad implements AutoCloseable {

  /**
   * An answer.
   *
   * @param status 0 if the connection broke
   * @param code of the problem; empty for none
   * @param atMillis when the request was sent, after the beginning of the load
   */
  public record Outcome(String request, int status, String code, long millis, long atMillis) {

    /** Whether the business answered, not the lack of a node that could. */
    public boolean isAnswered() {
      return status >= 200 && status < 500;
    }
  }

  /** A request, made from its number. */
  private record Kind(String name, BiFunction<SteadyLoad, Long, Answer> send) {}

  private static final int PRODUCTS = 20;
  private static final int ACCOUNTS = 10;
  private static final List<Kind> KEYED = List.of(
      new Kind("POST order", (load, n) -> load.order(n, "Idempotency-Key", "steady-" + n)),
      new Kind("GET order", (load, n) -> load.shop.get("/api/orders/" + load.anOrder())),
      new Kind("POST deposit", (load, n) -> load.deposit(n)),
      new Kind("PUT item", (load, n) -> load.shop.put("/api/carts/steady-" + n + "/items/" + sku(n), "{'quantity':1}")),
      new Kind("GET product", (load, n) -> load.shop.get("/api/products/" + sku(n))),
      new Kind("POST order", (load, n) -> load.order(n, "Idempotency-Key", "steady-" + n)),
      new Kind("PUT product", (load, n) -> load.shop.put("/api/products/" + sku(n), "{'name':'Tea','price':'3.50','currency':'EUR'}")),
      new Kind("GET account", (load, n) -> load.shop.get("/api/accounts/" + account(n))));
  private static final Kind UNKEYED = new Kind("POST order unkeyed", (load, n) -> load.order(n));

  private final ShopClient shop;
  private final int clients;
  private final long began = System.nanoTime();
  private final AtomicLong numbers = new AtomicLong();
  private final List<Kind> kinds;
  private final int perSecond;
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final Map<Long, String> orders = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicLong> deposits = new ConcurrentSkipListMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean open = true;

  /**
   * Fills shelves and accounts, and begins.
   *
   * @param unkeyed whether some orders come without an {@code Idempotency-Key}
   */
  public SteadyLoad(ShopClient shop, int perSecond, boolean unkeyed) {
    this.shop = shop;
    this.perSecond = perSecond;
    // Each client waits for its answers: enough of them for all requests that a pause of ten seconds holds up.
    this.clients = Math.max(64, perSecond * 4);
    this.kinds = new ArrayList<>(KEYED);
    if (unkeyed) {
      kinds.add(UNKEYED);
    }
    for (int i = 0; i < PRODUCTS; i++) {
      shop.stock(sku(i), 1_000_000);
    }
    for (int i = 0; i < ACCOUNTS; i++) {
      shop.account(account(i), "1.00");
      deposits.put(account(i), new AtomicLong());
    }
    orders.put(-1L, shop.post("/api/orders", body(0), "Idempotency-Key", "steady").expect(201).text("orderId"));
    for (int i = 0; i < clients; i++) {
      Thread client = new Thread(this::send, "steady-" + i);
      threads.add(client);
      client.start();
    }
  }

  private void send() {
    try {
      while (open) {
        long number = numbers.getAndIncrement();
        long due = began + number * TimeUnit.SECONDS.toNanos(1) / perSecond;
        for (long wait = due - System.nanoTime(); open && wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        if (open) {
          send(kinds.get((int) (number % kinds.size())), number);
        }
      }
    } catch (RuntimeException | Error defect) {
      defects.add(defect);
    }
  }

  private void send(Kind kind, long number) {
    long sent = System.nanoTime();
    int status = 0;
    String code = "";
    try {
      Answer answer = kind.send().apply(this, number);
      status = answer.status();
      code = answer.text("code");
    } catch (UncheckedIOException broken) {
      code = broken.getCause().toString();
    }
    long now = System.nanoTime();
    outcomes.add(new Outcome(kind.name(), status, code, TimeUnit.NANOSECONDS.toMillis(now - sent), TimeUnit.NANOSECONDS.toMillis(sent - began)));
  }

  private Answer order(long number, String... headers) {
    Answer answer = shop.post("/api/orders", body(number), headers);
    if (answer.status() == 201) {
      orders.put(number, answer.text("orderId"));
    }
    return answer;
  }

  private Answer deposit(long number) {
    Answer answer = shop.post("/api/accounts/" + account(number) + "/deposits", "{'amount':'1.00','reference':'steady-" + number + "'}");
    if (answer.status() == 200) {
      deposits.get(account(number)).incrementAndGet();
    }
    return answer;
  }

  private String anOrder() {
    return ((ConcurrentSkipListMap<Long, String>) orders).lastEntry().getValue();
  }

  private static String body(long number) {
    return ShopClient.order(sku(number), 1, ShopClient.card("tok_visa"), "DE");
  }

  private static String sku(long number) {
    return "steady-" + number % PRODUCTS;
  }

  private static String account(long number) {
    return "steady-" + number % ACCOUNTS;
  }

  /** Waits until so many requests more were answered. */
  public void awaitMore(int requests) {
    int before = outcomes.size();
    org.awaitility.Awaitility.await().atMost(java.time.Duration.ofMinutes(2)).until(() -> outcomes.size() >= before + requests);
  }

  /** Ends the clients after their last answers, and returns all answers. */
  public List<Outcome> end() throws InterruptedException {
    close();
    if (!defects.isEmpty()) {
      throw new AssertionError("a client failed", defects.peek());
    }
    return List.copyOf(outcomes);
  }

  /** Each answered order is there, and each answered deposit was made once. */
  public void assertDone() {
    orders.values().forEach(order -> shop.read("/api/orders/" + order).expect(200));
    deposits.forEach((account, made) -> org.assertj.core.api.Assertions.assertThat(shop.read("/api/accounts/" + account).expect(200).text("balance"))
        .as(account).isEqualTo(1 + made.get() + ".00"));
  }

  /** How many requests of each kind had which outcome, and the longest times. */
  public static String summary(List<Outcome> outcomes) {
    Map<String, Integer> counts = new TreeMap<>();
    outcomes.forEach(outcome -> counts.merge(outcome.request() + " " + outcome.status() + " " + outcome.code(), 1, Integer::sum));
    List<Long> times = outcomes.stream().map(Outcome::millis).sorted().toList();
    return "%s; longest %s ms, p99 %d ms, over 1 s: %d".formatted(counts, times.subList(Math.max(0, times.size() - 3), times.size()),
        times.get(times.size() * 99 / 100), times.stream().filter(time -> time > 1000).count());
  }

  @Override
  public void close() throws InterruptedException {
    open = false;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
      thread.join();
    }
  }
}
