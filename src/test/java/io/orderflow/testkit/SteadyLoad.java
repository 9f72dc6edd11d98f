package io.orderflow.testkit;

import io.orderflow.testkit.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * Clients that send requests through gateways at a steady rate, each request once, and note every answer with the time that it took. Orders, deposits,
 * carts, products and reads take turns. {@link #assertDone} checks that each deposit was made once and each answered order is there.
 */
public final class SteadyLoad implements AutoCloseable {

  /**
   * An answer.
   *
   * @param gateway the number of the gateway that had it
   * @param status 0 if the connection broke
   * @param problem its code, and for one of the server also its detail; empty for none
   * @param atMillis when the request was sent, after the beginning of the load
   */
  public record Outcome(String request, int gateway, int status, String problem, long millis, long atMillis) {

    /** Whether the business answered, not the lack of a node that could. */
    public boolean isAnswered() {
      return status >= 200 && status < 500;
    }
  }

  /** A request, made from its number, through a gateway. */
  private interface Request {
    Answer send(SteadyLoad load, ShopClient shop, long number);
  }

  private record Kind(String name, boolean repeatable, Request request) {}

  /** The longest time that an answer of a calm cluster takes. */
  private static final long CALM_MILLIS = 500;
  /** The seconds for which each answer came within that time before a cluster is called calm. */
  private static final int CALM_SECONDS = 5;

  /** The answers that took longest, of which a summary tells. */
  private static final int SHOWN = 6;
  private static final int PRODUCTS = 20;
  private static final int ACCOUNTS = 10;
  private static final List<Kind> KEYED = List.of(
      new Kind("POST order", true, (load, shop, n) -> load.order(shop, n, "Idempotency-Key", "steady-" + n)),
      new Kind("GET order", true, (load, shop, n) -> shop.get("/api/orders/" + load.anOrder())),
      new Kind("POST deposit", true, (load, shop, n) -> load.deposit(shop, n)),
      new Kind("PUT item", true, (load, shop, n) -> shop.put("/api/carts/steady-" + n + "/items/" + sku(n), "{'quantity':1}")),
      new Kind("GET product", true, (load, shop, n) -> shop.get("/api/products/" + sku(n))),
      new Kind("POST order", true, (load, shop, n) -> load.order(shop, n, "Idempotency-Key", "steady-" + n)),
      new Kind("PUT product", true, (load, shop, n) -> shop.put("/api/products/" + sku(n), "{'name':'Tea','price':'3.50','currency':'EUR'}")),
      new Kind("GET account", true, (load, shop, n) -> shop.get("/api/accounts/" + account(n))));
  private static final Kind UNKEYED = new Kind("POST order unkeyed", false, (load, shop, n) -> load.order(shop, n));

  private final List<ShopClient> gateways;
  private final int clients;
  private final long began;
  private final AtomicLong numbers = new AtomicLong();
  private final List<Kind> kinds;
  private final int perSecond;
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final Map<Long, String> orders = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicLong> deposits = new ConcurrentSkipListMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile long calmAt;
  private volatile boolean open = true;

  /**
   * Fills shelves and accounts, and begins.
   *
   * @param gateways which the requests go to in turn; one that nobody listens at is passed over, as a load balancer does
   * @param unkeyed whether some orders come without an {@code Idempotency-Key}
   */
  public SteadyLoad(List<ShopClient> gateways, int perSecond, boolean unkeyed) {
    this.gateways = gateways;
    this.perSecond = perSecond;
    // Each client waits for its answers: enough of them for all requests that a pause of ten seconds holds up.
    this.clients = Math.max(64, perSecond * 4);
    this.kinds = new ArrayList<>(KEYED);
    if (unkeyed) {
      kinds.add(UNKEYED);
    }
    ShopClient shop = gateways.get(0);
    for (int i = 0; i < PRODUCTS; i++) {
      shop.stock(sku(i), 1_000_000);
    }
    for (int i = 0; i < ACCOUNTS; i++) {
      shop.account(account(i), "1.00");
      deposits.put(account(i), new AtomicLong());
    }
    orders.put(-1L, shop.post("/api/orders", body(0), "Idempotency-Key", "steady").expect(201).text("orderId"));
    this.began = System.nanoTime();
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

  /** Sends it once; a request whose connection broke is repeated, as a client must, if the server recognises it. */
  private void send(Kind kind, long number) {
    int gateway = (int) (number % gateways.size());
    boolean broken = true;
    for (int tries = 0; broken && (tries == 0 || kind.repeatable() && tries < gateways.size()); tries++) {
      broken = send(kind, number, (gateway + tries) % gateways.size());
    }
  }

  /** Returns whether the connection broke. */
  private boolean send(Kind kind, long number, int gateway) {
    long sent = nowMillis();
    int status = 0;
    String problem = "";
    try {
      Answer answer = kind.request().send(this, gateways.get(gateway), number);
      status = answer.status();
      problem = status < 500 ? answer.text("code") : answer.text("code") + ": " + answer.text("detail");
    } catch (UncheckedIOException broken) {
      if (broken.getCause() instanceof ConnectException && gateways.size() > 1) {
        return true;
      }
      problem = broken.getCause().toString();
    }
    outcomes.add(new Outcome(kind.name(), gateway, status, problem, nowMillis() - sent, sent));
    return status == 0;
  }

  private Answer order(ShopClient shop, long number, String... headers) {
    Answer answer = shop.post("/api/orders", body(number), headers);
    if (answer.status() == 201) {
      orders.put(number, answer.text("orderId"));
    }
    return answer;
  }

  private Answer deposit(ShopClient shop, long number) {
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

  /** Waits until nodes that have just started answer as they will from then on, so that what follows shows what the fault costs. */
  public void awaitCalm() {
    Awaitility.await().atMost(Duration.ofMinutes(3)).until(this::isCalm);
    calmAt = nowMillis();
  }

  private boolean isCalm() {
    long since = nowMillis() - TimeUnit.SECONDS.toMillis(CALM_SECONDS);
    List<Outcome> recent = outcomes.stream().filter(outcome -> outcome.atMillis() > since).toList();
    return recent.size() > perSecond * (CALM_SECONDS - 1) && recent.stream().allMatch(outcome -> outcome.millis() < CALM_MILLIS);
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  /** Waits until so many requests more were answered. */
  public void awaitMore(int requests) {
    int before = outcomes.size();
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> outcomes.size() >= before + requests);
  }

  /** The requests so far that the business did not answer, those before the cluster was calm too. */
  public List<Outcome> broken() {
    return outcomes.stream().filter(outcome -> !outcome.isAnswered()).toList();
  }

  /** Ends the clients after their last answers, and returns all answers to requests that were sent since the cluster was calm. */
  public List<Outcome> end() throws InterruptedException {
    close();
    if (!defects.isEmpty()) {
      throw new AssertionError("a client failed", defects.peek());
    }
    return outcomes.stream().filter(outcome -> outcome.atMillis() >= calmAt).toList();
  }

  /**
   * Each answered order is there, and each answered deposit was made once.
   *
   * @param shop a gateway that serves
   */
  public void assertDone(ShopClient shop) {
    orders.values().forEach(order -> shop.read("/api/orders/" + order).expect(200));
    deposits.forEach((account, made) -> org.assertj.core.api.Assertions.assertThat(shop.read("/api/accounts/" + account).expect(200).text("balance"))
        .as(account).isEqualTo(1 + made.get() + ".00"));
  }

  /** How many requests of each kind had which outcome, and the longest times. */
  public static String summary(List<Outcome> outcomes) {
    Map<String, Integer> counts = new TreeMap<>();
    outcomes.forEach(outcome -> counts.merge(outcome.request() + " " + outcome.status() + " " + outcome.problem(), 1, Integer::sum));
    List<Outcome> byTime = outcomes.stream().sorted(Comparator.comparing(Outcome::millis)).toList();
    List<String> longest = byTime.subList(Math.max(0, byTime.size() - SHOWN), byTime.size()).stream().map(outcome ->
        "%d ms (%s at %.1f s)".formatted(outcome.millis(), outcome.request(), outcome.atMillis() / 1000.0)).toList();
    return "%s; longest %s, p99 %d ms, over 1 s: %d".formatted(counts, longest, byTime.get(byTime.size() * 99 / 100).millis(),
        byTime.stream().filter(outcome -> outcome.millis() > 1000).count());
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
