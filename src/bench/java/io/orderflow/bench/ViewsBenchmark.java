package io.orderflow.bench;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order;
import io.orderflow.order.OrderPrivacy;
import io.orderflow.order.OrderProjection;
import io.orderflow.order.OrderQueries;
import io.orderflow.order.OrderSaga;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.privacy.CardTokens;
import io.orderflow.privacy.EncryptionKeys;
import io.orderflow.privacy.PersonalData;
import io.orderflow.product.Inventory;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.TestNode;
import java.nio.file.Files;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * What views cost and how fast they are, on PostgreSQL: the speed of the journal with and without them and with tags instead, the time
 * from an answered write to the view, and how long a page of a customer with ten orders and of one with 100,000 takes. Run its main with
 * the test class path and {@code -Djava.util.concurrent.ForkJoinPool.common.parallelism=2}.
 */
public final class ViewsBenchmark {

  private static final int CLIENTS = 128;
  private static final int SECONDS = 4;
  private static final PlacedOrder PLACED = new PlacedOrder("ada", List.of(new Inventory.Item("tea", 2, new Money(350, "EUR"))),
      new Money(700, "EUR"), new PaymentMethod.Card("tok_1"), null);

  private record Case(String name, String pollInterval, boolean tagged) {}

  private record Write(Order.Event event, ActorRef<Done> replyTo) {}

  /** Writes an order's events as an order does, with or without tags. */
  private static final class Writer extends EventSourcedBehavior<Write, Order.Event, Integer> {
    private final boolean tagged;

    private Writer(String id, boolean tagged) {
      super(PersistenceId.of("order", id));
      this.tagged = tagged;
    }

    static Behavior<Write> create(String id, boolean tagged) {
      return new Writer(id, tagged);
    }

    @Override
    public Integer emptyState() {
      return 0;
    }

    @Override
    public CommandHandler<Write, Order.Event, Integer> commandHandler() {
      return (written, write) -> write.event() instanceof Order.Confirmed
          ? Effect().persist(write.event()).thenRun(after -> write.replyTo().tell(Done.getInstance())).thenStop()
          : Effect().persist(write.event()).thenRun(after -> write.replyTo().tell(Done.getInstance()));
    }

    @Override
    public EventHandler<Integer, Order.Event> eventHandler() {
      return (written, event) -> written + 1;
    }

    @Override
    public Set<String> tagsFor(Order.Event event) {
      return tagged ? Set.of("order-" + Math.floorMod(persistenceId().id().hashCode(), 2)) : Set.of();
    }
  }

  private ViewsBenchmark() {}

  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    try (Postgresql postgresql = Postgresql.start()) {
      // Each round begins with another case: the machine and the JVM are not the same at its start and its end.
      List<Case> cases = new ArrayList<>(List.of(new Case("nothing reads", "1h", false), new Case("views follow", "100ms", false),
          new Case("nothing reads, every event tagged", "1h", true)));
      for (int round = 0; round <= 3; round++) {
        for (Case each : cases) {
          long speed = speed(postgresql, each);
          System.out.printf(round == 0 ? "" : "round %d: %,6d order events/s, %s%n", round, speed, each.name());
        }
        Collections.rotate(cases, 1);
      }
      ActorSystem<Void> node = start(postgresql, "100ms");
      awaitViews(node);
      latency(node);
      paging(node);
      stop(node);
    }
    System.exit(0);
  }

  private static ActorSystem<Void> start(Postgresql postgresql, String pollInterval) throws Exception {
    Map<String, Object> settings = Map.of("orderflow.projections.poll-interval", pollInterval, "orderflow.data-dir",
        Files.createTempDirectory("views-benchmark").toString());
    return Node.start(Configuration.over(ConfigFactory.parseMap(settings).withFallback(postgresql.settings())
        .withFallback(ConfigFactory.parseMap(TestNode.freePorts())))).toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  /** Waits until the views have what was written while nothing read. */
  private static void awaitViews(ActorSystem<Void> node) {
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> number(Database.of(node), "SELECT"
        + " (SELECT COUNT(*) FROM event_journal WHERE sequence_number = 1 AND persistence_id LIKE 'saga-order|%')"
        + " - (SELECT COALESCE(SUM(orders), 0) FROM order_counts)") == 0);
  }

  private static long number(Database database, String sql) throws SQLException {
    return database.transaction(connection -> {
      try (ResultSet found = connection.createStatement().executeQuery(sql)) {
        found.next();
        return found.getLong(1);
      }
    });
  }

  private static void stop(ActorSystem<Void> node) throws Exception {
    node.terminate();
    node.getWhenTerminated().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  /** Events a second that clients in a closed loop write, each an order's creation and then its confirmation. */
  private static long speed(Postgresql postgresql, Case of) throws Exception {
    ActorSystem<Void> node = start(postgresql, of.pollInterval());
    if (!of.pollInterval().equals("1h")) {
      awaitViews(node);
    }
    run(node, of.tagged(), SECONDS / 2);
    long written = run(node, of.tagged(), SECONDS);
    stop(node);
    return written / SECONDS;
  }

  private static long run(ActorSystem<Void> node, boolean tagged, int seconds) throws InterruptedException {
    AtomicLong written = new AtomicLong();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    for (int client = 0; client < CLIENTS; client++) {
      clients.execute(() -> {
        while (System.nanoTime() < end) {
          String id = java.util.UUID.randomUUID().toString();
          ActorRef<Write> order = node.systemActorOf(Writer.create(id, tagged), id, Props.empty());
          write(node, order, new Order.Created(PLACED, Instant.now()));
          write(node, order, new Order.Confirmed("tx-" + id, "shp-" + id, Instant.now()));
          written.addAndGet(2);
        }
      });
    }
    clients.shutdown();
    clients.awaitTermination(seconds + 60, TimeUnit.SECONDS);
    return written.get();
  }

  private static void write(ActorSystem<?> node, ActorRef<Write> order, Order.Event event) {
    AskPattern.<Write, Done>ask(order, replyTo -> new Write(event, replyTo), Duration.ofSeconds(30), node.scheduler())
        .toCompletableFuture().join();
  }

  /** 50 orders a second, and from the answer to each how long until the view has it. */
  private static void latency(ActorSystem<Void> node) throws Exception {
    Database database = Database.of(node);
    List<Double> millis = new ArrayList<>();
    ExecutorService clients = Executors.newFixedThreadPool(8);
    for (int i = 0; i < 500; i++) {
      String id = java.util.UUID.randomUUID().toString();
      clients.execute(() -> {
        write(node, node.systemActorOf(Writer.create(id, false), id, Props.empty()), new Order.Created(PLACED, Instant.now()));
        long answered = System.nanoTime();
        while (!isShown(database, id)) {
          Thread.onSpinWait();
        }
        synchronized (millis) {
          millis.add((System.nanoTime() - answered) / 1e6);
        }
      });
      TimeUnit.MILLISECONDS.sleep(20);
    }
    clients.shutdown();
    clients.awaitTermination(1, TimeUnit.MINUTES);
    double[] sorted = millis.stream().mapToDouble(each -> each).sorted().toArray();
    System.out.printf("from an answered write to the view, 50 orders/s: median %.0f ms, 99 %% %.0f ms, most %.0f ms%n",
        sorted[sorted.length / 2], sorted[sorted.length * 99 / 100], sorted[sorted.length - 1]);
  }

  private static boolean isShown(Database database, String id) {
    try {
      return number(database, "SELECT COUNT(*) FROM order_summaries WHERE generation = 1 AND order_id = '" + id + "'") == 1;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void paging(ActorSystem<Void> node) throws Exception {
    Database database = Database.of(node);
    OrderProjection views = new OrderProjection(OrderSaga.HOME);
    fill(database, views, "many", 100_000);
    fill(database, views, "few", 10);
    database.transaction(connection -> connection.createStatement().execute("ANALYZE"));
    OrderQueries queries = new OrderQueries(database,
        new OrderPrivacy(new PersonalData(database, EncryptionKeys.NONE, Clock.systemUTC()), new CardTokens(EncryptionKeys.NONE)));
    Page middle = new Page(10, Instant.ofEpochMilli(50_000), "");
    for (int warm = 0; warm < 2; warm++) {
      System.out.printf("a page of 10, ms: of 10 orders %.2f | of 100,000 first page %.2f, middle %.2f, by status %.2f%n",
          time(queries, "few", Optional.empty(), Page.first(10)), time(queries, "many", Optional.empty(), Page.first(10)),
          time(queries, "many", Optional.empty(), middle), time(queries, "many", Optional.of(Order.Status.CONFIRMED), middle));
    }
  }

  private static void fill(Database database, OrderProjection views, String customer, int orders) throws Exception {
    PlacedOrder order = new PlacedOrder(customer, PLACED.items(), PLACED.total(), PLACED.payment(), null);
    for (int from = 0; from < orders; from += 1_000) {
      List<ProjectionEvent<Order.Event>> events = IntStream.range(from, Math.min(orders, from + 1_000)).<ProjectionEvent<Order.Event>>mapToObj(i ->
          new ProjectionEvent<>(customer + i, 1, new Order.Created(order, Instant.ofEpochMilli(i)))).toList();
      List<ProjectionEvent<Order.Event>> all = new ArrayList<>(events);
      events.forEach(each -> all.add(new ProjectionEvent<>(each.id(), 2, new Order.Confirmed("tx", "shp", Instant.EPOCH))));
      database.transaction(connection -> {
        // A slice of its own: the projections write theirs.
        views.apply(connection, 1, 99, all);
        return null;
      });
    }
  }

  /** The median of some hundred calls. */
  private static double time(OrderQueries queries, String customer, Optional<Order.Status> status, Page page) {
    double[] millis = new double[300];
    for (int i = 0; i < millis.length; i++) {
      long began = System.nanoTime();
      queries.list(Optional.of(customer), status, page).toCompletableFuture().join();
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    Arrays.sort(millis);
    return millis[millis.length / 2];
  }
}
