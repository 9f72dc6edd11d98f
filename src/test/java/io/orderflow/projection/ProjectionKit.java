package io.orderflow.projection;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Configuration;
import io.orderflow.operators.OperatorActions;
import io.orderflow.testkit.ShopClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A node that carries nothing but views of a spec's own: the sums of what was added to each entity. */
public final class ProjectionKit implements AutoCloseable {

  /** What the entities of the spec write into the journal. */
  public record Added(long amount) implements CborSerializable {}

  /** A view that adds up, and throws where the spec wants it to. */
  static final class Sums implements ProjectionDefinition<Added> {

    private final String name;
    /** The amounts at which it throws, with the number of times that it does. */
    final ConcurrentHashMap<Long, Integer> poison = new ConcurrentHashMap<>();
    /** The amounts at which the database refuses, as long as they are here. */
    final ConcurrentHashMap<Long, SQLException> refused = new ConcurrentHashMap<>();
    /** How often it did. */
    final AtomicInteger refusals = new AtomicInteger();
    /** Whether it throws at an event that does not follow the last one of its entity. */
    volatile boolean ordered;

    Sums(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String entityType() {
      return "entity";
    }

    @Override
    public Class<Added> events() {
      return Added.class;
    }

    @Override
    public List<Table> tables() {
      return List.of(new Table("sums_" + name, "id"));
    }

    @Override
    public void apply(Connection connection, long generation, int slice, List<ProjectionEvent<Added>> events) throws SQLException {
      for (ProjectionEvent<Added> event : events) {
        if (ordered && event.sequence() != last(connection, generation, event.id()) + 1) {
          throw new IllegalStateException("out of order: " + event);
        }
        try (PreparedStatement insert = connection.prepareStatement(
            "INSERT INTO sums_" + name + " (generation, id, sequence, amount) VALUES (?, ?, ?, ?)")) {
          insert.setLong(1, generation);
          insert.setString(2, event.id());
          insert.setLong(3, event.sequence());
          insert.setLong(4, event.event().amount());
          insert.executeUpdate();
        }
        if (poison.computeIfPresent(event.event().amount(), (amount, times) -> times - 1) != null
            && poison.get(event.event().amount()) >= 0) {
          throw new IllegalArgumentException("can't add " + event.event().amount());
        }
        if (refused.containsKey(event.event().amount())) {
          refusals.incrementAndGet();
          throw refused.get(event.event().amount());
        }
      }
    }

    private long last(Connection connection, long generation, String id) throws SQLException {
      try (PreparedStatement select = connection.prepareStatement("SELECT COALESCE(MAX(sequence), 0) FROM sums_" + name
          + " WHERE generation = ? AND id = ?")) {
        select.setLong(1, generation);
        select.setString(2, id);
        try (ResultSet found = select.executeQuery()) {
          found.next();
          return found.getLong(1);
        }
      }
    }
  }

  private static final Config NODE = ConfigFactory.parseString("""
      akka.cluster.roles = [services]
      akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
      akka.coordinated-shutdown.run-by-actor-system-terminate = off
      orderflow.projections { poll-interval = 10ms, batch = 50, max-attempts = 3, min-backoff = 20ms, max-backoff = 50ms }
      """);

  final Sums first = new Sums("first");
  final Sums second = new Sums("second");
  private final Config config;
  private ActorSystem<Void> system;
  private Projections projections;

  private ProjectionKit(Config config) {
    this.config = config;
  }

  /** On a new database, with its tables but without projections. */
  public static ProjectionKit on(Config database) throws SQLException {
    Config config = Configuration.over(NODE.withFallback(database));
    ProjectionKit kit = new ProjectionKit(Database.settings(config).withFallback(config));
    Database.migrate(config);
    kit.startSystem();
    kit.database().transaction(connection -> {
      for (String table : List.of("sums_first", "sums_second")) {
        connection.createStatement().execute("CREATE TABLE IF NOT EXISTS " + table
            + " (generation BIGINT, id VARCHAR(64), sequence BIGINT, amount BIGINT, PRIMARY KEY (generation, id, sequence))");
      }
      for (String table : List.of("event_journal", "event_archive", "projections", "projection_slices", "projection_parked",
          "projection_skipped", "akka_projection_offset_store", "sums_first", "sums_second", "order_summaries", "customer_orders",
          "order_counts", "product_list")) {
        connection.createStatement().execute("DELETE FROM " + table);
      }
      return null;
    });
    return kit;
  }

  private void startSystem() {
    system = ActorSystem.create(Behaviors.empty(), "orderflow", config);
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
  }

  /** Another node of the same cluster, with projections once this one has them. */
  ProjectionKit anotherNode() {
    ProjectionKit another = new ProjectionKit(config);
    another.system = ActorSystem.create(Behaviors.empty(), "orderflow", config);
    Cluster.get(another.system).manager().tell(Join.create(Cluster.get(system).selfMember().address()));
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() ->
        Cluster.get(another.system).selfMember().status() == MemberStatus.up());
    return another.startProjections();
  }

  /** Leaves the cluster as a node that is told to stop. */
  void leave() {
    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason()).toCompletableFuture().join();
  }

  ProjectionKit startProjections() {
    projections = Projections.start(system, database(), List.of(first, second), Clock.systemUTC());
    return this;
  }

  /** Its actors end without a farewell; those of a new system go on. */
  void crash() {
    close();
    startSystem();
    startProjections();
  }

  public Database database() {
    return Database.of(system);
  }

  Projections projections() {
    return projections;
  }

  ProjectionStatus status(ProjectionDefinition<?> view) {
    return projections.statuses().toCompletableFuture().join().stream().filter(of -> of.name().equals(view.name())).findFirst()
        .orElseThrow();
  }

  /** Writes an event into the journal, with the next number. */
  void add(String entity, long sequence, long amount) throws SQLException {
    insert("", "", entity, sequence, amount);
  }

  /** Writes an event into the journal, with that number. */
  void addAs(long ordering, String entity, long sequence, long amount) throws SQLException {
    insert("ordering, ", ordering + ", ", entity, sequence, amount);
  }

  private void insert(String column, String value, String entity, long sequence, long amount) throws SQLException {
    Added event = new Added(amount);
    var serialization = SerializationExtension.get(system);
    var serializer = serialization.findSerializerFor(event);
    byte[] bytes = serialization.serialize(event).get();
    database().transaction(connection -> {
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO event_journal (" + column + "persistence_id,"
          + " sequence_number, writer, write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload)"
          + " VALUES (" + value + "?, ?, 'w', ?, '', ?, ?, ?)")) {
        insert.setString(1, "entity|" + entity);
        insert.setLong(2, sequence);
        insert.setLong(3, System.currentTimeMillis());
        insert.setInt(4, serializer.identifier());
        insert.setString(5, Serializers.manifestFor(serializer, event));
        insert.setBytes(6, bytes);
        return insert.executeUpdate();
      }
    });
  }

  /** Moves all that the entity has written to the archive. */
  void archive(String entity) throws SQLException {
    database().transaction(connection -> {
      String moved = "ordering, persistence_id, sequence_number, write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest,"
          + " event_payload";
      String which = " FROM event_journal WHERE persistence_id = 'entity|" + entity + "'";
      connection.createStatement().execute("INSERT INTO event_archive (" + moved + ", archived_at) SELECT " + moved + ", 0" + which);
      connection.createStatement().execute("DELETE" + which);
      return null;
    });
  }

  /** A client of the routes of this node's projections. */
  ShopClient client() {
    return new ShopClient("http://127.0.0.1:" + HttpServer.bind(system, "service", "127.0.0.1", 0, new ProjectionRoutes(projections,
            new OperatorActions(database(), Clock.systemUTC())).routes())
        .toCompletableFuture().join().localAddress().getPort());
  }

  /** What an operator's call comes to. */
  ParkedAggregates.Outcome retry(ProjectionDefinition<?> view, String entity) {
    return projections.parked().retry(view.name(), "entity|" + entity).toCompletableFuture().join();
  }

  /** What an operator's call comes to. */
  ParkedAggregates.Outcome skip(ProjectionDefinition<?> view, String entity, long sequence) {
    return projections.parked().skip(view.name(), "entity|" + entity, OptionalLong.of(sequence), new Skip("written by mistake", "ada"))
        .toCompletableFuture().join();
  }

  /** All that is parked, the newest first. */
  List<Parked> parked(ProjectionDefinition<?> view) {
    return projections.parked().list(view.name(), Page.first(Page.MAX_LIMIT)).toCompletableFuture().join();
  }

  void awaitParked(ProjectionDefinition<?> view, int aggregates) {
    Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS)
        .until(() -> status(view).parked(), found -> found == aggregates);
  }

  /** The sum over all entities, as a query finds it. */
  long sum(ProjectionDefinition<?> view) throws SQLException {
    return number("SELECT COALESCE(SUM(amount), 0) FROM sums_" + view.name() + " WHERE generation = " + Projections.live(view.name()));
  }

  long number(String sql) throws SQLException {
    return database().transaction(connection -> {
      try (ResultSet found = connection.createStatement().executeQuery(sql)) {
        found.next();
        return found.getLong(1);
      }
    });
  }

  void awaitSum(ProjectionDefinition<?> view, long sum) {
    Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> sum(view), found -> found == sum);
  }

  void awaitState(ProjectionDefinition<?> view, ProjectionStatus.State state) {
    Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS)
        .until(() -> status(view).state(), found -> found == state);
  }

  @Override
  public void close() {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception failure) {
      throw new IllegalStateException("the system did not stop", failure);
    }
  }
}
