package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.Placed.Wanted;
import io.orderflow.testkit.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * Clients that order, pay by card and account, cancel now and then, send money round, and repeat what was not answered, while a spec lets
 * things fail. Some look at the shelves and follow orders meanwhile: what they see must never go backwards. {@link ShopBooks} has what must be
 * true afterwards.
 */
public final class Shoppers implements AutoCloseable {

  /**
   * How they shop.
   *
   * @param clients who wait for their answers one after the other
   * @param perSecond orders that they place together as long as they are answered, made up for afterwards; 0 for as many as they can
   * @param coldProducts products that are wanted seldom
   * @param cancellations how many of a hundred orders are cancelled right away
   */
  public record Habits(int clients, int perSecond, int coldProducts, int cancellations) {}

  /** For a cluster: hundreds of orders a second where {@code -Dcluster.rate} says so. */
  public static final Habits MANY = new Habits(48, Integer.getInteger("cluster.rate", 60), Integer.getInteger("cluster.products", 40), 5);

  /** Orders to a transfer. */
  private static final int TRANSFER_EVERY = 4;
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final int FOLLOWERS = 3;
  private static final Duration FOLLOW_EVERY = Duration.ofMillis(25);

  private final List<? extends Serving> nodes;
  private final Habits habits;
  private final Assortment assortment;
  private final Queue<Placed> placed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final OrderHistories histories = new OrderHistories();
  private volatile Optional<String> newest = Optional.empty();
  private final TransferCircle circle = new TransferCircle();
  private final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());
  private final AtomicLong longestSilence = new AtomicLong();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();
  private final long began;
  private volatile boolean open = true;

  /** Fills the shelves and the accounts, and begins to order. */
  public Shoppers(List<? extends Serving> nodes, SplittableRandom dice, Habits habits) {
    this.nodes = nodes;
    this.habits = habits;
    this.assortment = new Assortment(habits.coldProducts());
    assortment.open(shop());
    Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreException(UncheckedIOException.class).untilAsserted(() -> circle.open(shop()));
    this.began = System.nanoTime();
    for (int i = 0; i < habits.clients(); i++) {
      SplittableRandom own = dice.split();
      int number = i;
      launch("client-" + i, () -> order(own, number));
    }
    SplittableRandom own = dice.split();
    launch("watcher", () -> watch(own));
    for (int i = 0; i < FOLLOWERS; i++) {
      SplittableRandom follower = dice.split();
      launch("follower-" + i, () -> follow(follower));
    }
  }

  private void launch(String name, Runnable work) {
    Thread client = new Thread(() -> {
      try {
        work.run();
      } catch (RuntimeException | Error failure) {
        failures.add(failure);
      }
    }, name);
    clients.add(client);
    client.start();
  }

  /** The orders that were answered so far. */
  public int answered() {
    return answered.get();
  }

  /** The longest time in which no order was answered since this was asked before. */
  public Duration longestSilence() {
    return Duration.ofNanos(longestSilence.getAndSet(0));
  }

  /** Waits until so many more orders were answered. */
  public void awaitMore(int orders) {
    int before = answered();
    Awaitility.await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(5))
        .until(() -> answered() >= before + orders || !failures.isEmpty());
    assertThat(failures).isEmpty();
  }

  /** The orders that were answered last. */
  public List<String> latest(int count) {
    List<String> ids = placed.stream().map(Placed::id).toList();
    return ids.subList(Math.max(0, ids.size() - count), ids.size());
  }

  /** What they did, in a line. */
  public String summary() {
    long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(lastAnswer.get() - began));
    return "%d orders (%d/s) and %d transfers answered, %d requests without an answer".formatted(answered(), answered() / seconds,
        circle.size(), unanswered.get());
  }

  /** Requests that something cut off. */
  public int unanswered() {
    return unanswered.get();
  }

  private void order(SplittableRandom dice, int number) {
    for (long turn = 0; open; turn++) {
      awaitDue(turn * habits.clients() + number);
      Wanted wanted = assortment.next(dice);
      long asked = System.nanoTime();
      Answer order = untilAnswered(dice, "/api/orders", wanted.body(), "Idempotency-Key", "key-" + dice.nextLong());
      long now = System.nanoTime();
      String id = order.text("orderId");
      histories.answered(id, order.text("status"), asked, now);
      placed.add(new Placed(id, wanted));
      answered.incrementAndGet();
      newest = Optional.of(id);
      longestSilence.accumulateAndGet(now - lastAnswer.getAndSet(now), Math::max);
      if (dice.nextInt(100) < habits.cancellations()) {
        untilAnswered(dice, "/api/orders/" + id + "/cancel", "");
      }
      if (dice.nextInt(TRANSFER_EVERY) == 0) {
        TransferCircle.Wish wish = circle.next(dice);
        circle.answered(wish, untilAnswered(dice, wish.path(), wish.body("t-" + dice.nextLong())).text("transferId"));
      }
    }
  }

  private void awaitDue(long order) {
    if (habits.perSecond() > 0) {
      long due = began + order * TimeUnit.SECONDS.toNanos(1) / habits.perSecond();
      for (long wait = due - System.nanoTime(); open && wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
    }
  }

  /** Reads one order after the other, each time from any node, until it has ended and once more. */
  private void follow(SplittableRandom dice) {
    while (open) {
      Optional<String> order = newest;
      boolean ended = false;
      for (boolean last = false; open && order.isPresent() && !last; ) {
        LockSupport.parkNanos(FOLLOW_EVERY.toNanos());
        last = ended;
        ended |= read(order.get(), nodes.get(dice.nextInt(nodes.size())));
      }
      LockSupport.parkNanos(FOLLOW_EVERY.toNanos());
    }
  }

  /** Whether the order has ended, as the node says. */
  private boolean read(String order, Serving node) {
    long asked = System.nanoTime();
    try {
      Answer answer = node.shop().get("/api/orders/" + order);
      if (Set.of(200, 404).contains(answer.status())) {
        String status = answer.status() == 404 ? OrderHistories.NOT_FOUND : answer.text("status");
        histories.read(order, status, asked, System.nanoTime());
        return !status.equals("PENDING");
      }
    } catch (UncheckedIOException cutOff) {
      // Next time, somewhere else.
    }
    return false;
  }

  /** Nobody ever sees less than nothing on a shelf, or more than was put in. */
  private void watch(SplittableRandom dice) {
    List<String> skus = assortment.skus();
    while (open) {
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
      String sku = skus.get(dice.nextInt(dice.nextBoolean() ? Math.min(3, skus.size()) : skus.size()));
      try {
        Answer product = nodes.get(dice.nextInt(nodes.size())).shop().get("/api/products/" + sku);
        if (product.status() == 200) {
          int available = product.body().path("available").asInt();
          int reserved = product.body().path("reserved").asInt();
          assertThat(available).as(sku).isNotNegative();
          assertThat(reserved).as(sku).isNotNegative();
          assertThat(available + reserved).as(sku).isLessThanOrEqualTo(assortment.putIn(sku));
        }
      } catch (UncheckedIOException cutOff) {
        // Next time, somewhere else.
      }
    }
  }

  /** Asks any node, and another one while there is no answer to go by. */
  private Answer untilAnswered(SplittableRandom dice, String path, String body, String... headers) {
    while (true) {
      Serving node = nodes.get(dice.nextInt(nodes.size()));
      try {
        Answer answer = node.shop().post(path, body, headers);
        // What a gateway says when a node does not answer as well.
        if (!Set.of(502, 503, 504).contains(answer.status())) {
          assertThat(answer.status()).as(() -> answer.body().toString()).isIn(201, 202, 409);
          return answer;
        }
      } catch (UncheckedIOException cutOff) {
        unanswered.incrementAndGet();
      }
      shop();
    }
  }

  /** A client of a node that serves. */
  private ShopClient shop() {
    return Awaitility.await().atMost(Duration.ofSeconds(90)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20))
        .until(() -> nodes.stream().filter(Serving::serves).findFirst(), Optional::isPresent).orElseThrow().shop();
  }

  /** Lets the clients finish, and waits until everything has come to its end. */
  public ShopBooks awaitEnds() throws InterruptedException {
    close();
    assertThat(failures).isEmpty();
    ShopClient shop = shop();
    long asked = System.nanoTime();
    Map<String, JsonNode> ended = ShopBooks.awaitEnds(shop, placed);
    ended.forEach((id, order) -> histories.read(id, order.path("status").asText(), asked, System.nanoTime()));
    assertThat(histories.violations()).isEmpty();
    Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
      assertThat(shop.get("/ops/sagas?state=RUNNING").body().path("sagas")).isEmpty();
      assertThat(shop.get("/ops/sagas?state=COMPENSATING").body().path("sagas")).isEmpty();
      assertThat(shop.get("/api/payments?status=QUEUED").body().path("payments")).isEmpty();
    });
    assertThat(shop.get("/ops/sagas?state=COMPENSATION_FAILED").body().path("sagas")).isEmpty();
    return new ShopBooks(shop, assortment, List.copyOf(placed), circle, ended);
  }

  /** Ends the clients; each waits for the answer that it has asked for. */
  @Override
  public void close() throws InterruptedException {
    open = false;
    for (Thread client : clients) {
      LockSupport.unpark(client);
      client.join();
    }
  }
}
