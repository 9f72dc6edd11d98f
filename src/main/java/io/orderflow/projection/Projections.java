package io.orderflow.projection;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ShardedDaemonProcessSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import akka.serialization.SerializationExtension;
import io.micrometer.core.instrument.Tags;
import io.orderflow.journal.Database;
import io.orderflow.journal.EventArchive;
import io.orderflow.journal.JournalPosition;
import io.orderflow.journal.SharedReads;
import io.orderflow.kernel.Sql;
import io.orderflow.kernel.SteadyClock;
import io.orderflow.metrics.Meters;
import io.orderflow.projection.ProjectionStatus.FailureView;
import io.orderflow.projection.ProjectionStatus.Rebuild;
import io.orderflow.projection.ProjectionStatus.State;
import io.orderflow.projection.ProjectionTable.Generations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** Starts, monitors, rebuilds and resumes the projections. */
public final class Projections {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
  /** The prefix that {@link ShardedDaemonProcess} gives the names of its entity types. */
  private static final String DAEMONS = "sharded-daemon-process-";

  private final Database database;
  private final List<ProjectionDefinition<?>> views;
  private final Clock clock;
  private final ParkedAggregates parked;

  private Projections(ActorSystem<?> system, Database database, List<ProjectionDefinition<?>> views, Clock clock) {
    this.database = database;
    this.views = views;
    this.clock = clock;
    this.parked = new ParkedAggregates(database, views, SerializationExtension.get(system), clock);
  }

  /**
   * Starts the projections, distributed among the nodes with services.
   *
   * @throws CompletionException if the database can't be reached
   */
  public static Projections start(ActorSystem<?> system, Database database, List<ProjectionDefinition<?>> views, Clock clock) {
    ProjectionSettings settings = ProjectionSettings.of(system.settings().config().getConfig("orderflow.projections"));
    SharedReads reads = new SharedReads(database, views.stream().map(ProjectionDefinition::entityType).distinct().toList(), settings.pollInterval(),
        SteadyClock.beginningAt(clock));
    for (ProjectionDefinition<?> view : views) {
      create(database, view);
      ShardedDaemonProcess.get(system).init(Slice.Command.class, daemons(view), SliceId.SLICES,
          slice -> Slice.create(view, slice, database, reads, settings, clock),
          ShardedDaemonProcessSettings.create(system).withRole("services"), Optional.of(Slice.Stop.INSTANCE));
    }
    Projections projections = new Projections(system, database, views, clock);
    projections.measure(system);
    views.forEach(view -> keepAwake(system, view));
    return projections;
  }

  /** Registers gauges for the lag and the parked aggregates of each projection. Their values are at most 10 s old; NaN while unknown. */
  private void measure(ActorSystem<?> system) {
    Map<String, ProjectionStatus> seen = new ConcurrentHashMap<>();
    for (ProjectionDefinition<?> view : views) {
      gauge(system, "orderflow.projection.lag.seconds", view, seen, ProjectionStatus::lagSeconds);
      gauge(system, "orderflow.projection.parked", view, seen, ProjectionStatus::parked);
    }
    system.scheduler().scheduleWithFixedDelay(LOOK_EVERY, LOOK_EVERY, () -> statuses().whenComplete((statuses, failure) -> {
      seen.clear();
      if (statuses != null) {
        statuses.forEach(status -> seen.put(status.name(), status));
      }
    }), system.executionContext());
  }

  private static void gauge(ActorSystem<?> system, String name, ProjectionDefinition<?> view, Map<String, ProjectionStatus> seen,
      ToDoubleFunction<ProjectionStatus> value) {
    ToDoubleFunction<Map<String, ProjectionStatus>> known =
        all -> all.containsKey(view.name()) ? value.applyAsDouble(all.get(view.name())) : Double.NaN;
    Meters.of(system).gauge(name, Tags.of("view", view.name()), seen, known);
  }

  /**
   * Wakes the slices from every node. Akka wakes them from one node only: after that node was killed during a rebalance, some slices stayed
   * without a node.
   */
  private static void keepAwake(ActorSystem<?> system, ProjectionDefinition<?> view) {
    EntityTypeKey<Slice.Command> key = EntityTypeKey.create(Slice.Command.class, DAEMONS + daemons(view));
    for (int slice = 0; slice < SliceId.SLICES; slice++) {
      EntityRef<Slice.Command> ref = ClusterSharding.get(system).entityRefFor(key, Integer.toString(slice));
      system.scheduler().scheduleWithFixedDelay(LOOK_EVERY, LOOK_EVERY, () -> ref.tell(Slice.Wake.INSTANCE),
          system.executionContext());
    }
  }

  private static String daemons(ProjectionDefinition<?> view) {
    return "view-" + view.name();
  }

  private static void create(Database database, ProjectionDefinition<?> view) {
    try {
      database.transaction(connection -> {
        ProjectionTable.create(connection, view.name());
        return null;
      });
    } catch (SQLException failure) {
      // Either another node registered it first, or the database is unavailable, which the slices report.
      org.slf4j.LoggerFactory.getLogger(Projections.class).debug("Projection {} was not registered", view.name(), failure);
    }
  }

  /** The ordering up to which all projections have read the journal, for {@link io.orderflow.archive.JournalArchive}. */
  public static long readUpTo(Connection connection) throws SQLException {
    return ProjectionTable.readUpTo(connection);
  }

  /** The live generation of a projection, as an SQL expression for {@code WHERE generation = …}. */
  public static String live(String view) {
    return "(SELECT live FROM projections WHERE name = '" + view + "')";
  }

  /** The status of each projection. */
  public CompletionStage<List<ProjectionStatus>> statuses() {
    return database.async(connection -> {
      List<ProjectionStatus> statuses = new ArrayList<>();
      for (ProjectionDefinition<?> view : views) {
        statuses.add(status(connection, view.name()));
      }
      return statuses;
    });
  }

  /** Begins a rebuild. Empty if one is running already. */
  CompletionStage<Optional<ProjectionStatus>> rebuild(String view) {
    return database.async(connection -> {
      EventArchive.hold(connection);
      Generations generations = ProjectionTable.generations(connection, view, true);
      if (generations.building().isPresent()) {
        return Optional.empty();
      }
      ProjectionTable.build(connection, view, generations.live() + 1, clock.instant());
      return Optional.of(status(connection, view));
    });
  }

  /** Resumes a stopped projection. Empty if it had not stopped. */
  CompletionStage<Optional<ProjectionStatus>> resume(String view) {
    return database.async(connection -> ProjectionTable.resume(connection, view) == 0 ? Optional.empty()
        : Optional.of(status(connection, view)));
  }

  /** The parked aggregates of all projections. */
  ParkedAggregates parked() {
    return parked;
  }

  /** Whether a projection with that name exists. */
  boolean knows(String name) {
    return views.stream().anyMatch(view -> view.name().equals(name));
  }

  private ProjectionStatus status(Connection connection, String name) throws SQLException {
    Generations generations = ProjectionTable.generations(connection, name, false);
    Lag lag = lag(connection, name, generations.live());
    Map<Long, Integer> parked = ParkedTable.counts(connection, name);
    Rebuild rebuild = null;
    if (generations.building().isPresent()) {
      Lag toGo = lag(connection, name, generations.building().getAsLong());
      rebuild = new Rebuild(generations.building().getAsLong(), generations.buildingSince(), toGo.events(), toGo.seconds(),
          parked.getOrDefault(generations.building().getAsLong(), 0));
    }
    List<FailureView> failures = ProjectionTable.failures(connection, name).entrySet().stream()
        .filter(entry -> entry.getKey().generation() >= generations.live())
        .map(entry -> view(entry.getKey(), entry.getValue())).toList();
    State state = failures.stream().anyMatch(FailureView::stopped) ? State.STOPPED : !failures.isEmpty() ? State.FAILING
        : rebuild != null ? State.REBUILDING : State.RUNNING;
    return new ProjectionStatus(name, state, lag.events(), lag.seconds(), generations.live(),
        parked.getOrDefault(generations.live(), 0), failures.isEmpty() ? null : failures.get(0).error(), rebuild,
        failures.isEmpty() ? null : failures);
  }

  private static FailureView view(SliceId id, SliceFailure failure) {
    return new FailureView(id.generation(), id.slice(), failure.event(), failure.error(), failure.attempts(), failure.stopped(),
        failure.at());
  }

  private record Lag(long events, double seconds) {}

  private Lag lag(Connection connection, String view, long generation) throws SQLException {
    Map<Integer, JournalPosition> positions = ProjectionTable.positions(connection, view, generation, false);
    long read = Long.MAX_VALUE;
    for (int slice = 0; slice < SliceId.SLICES; slice++) {
      read = Math.min(read, positions.getOrDefault(slice, JournalPosition.START).upTo());
    }
    long upTo = read;
    return Sql.selectFirst(connection, "SELECT " + ProjectionTable.LAST_ORDERING
        + ", COALESCE((SELECT write_timestamp FROM event_archive WHERE ordering > ? ORDER BY ordering LIMIT 1),"
        + " (SELECT write_timestamp FROM event_journal WHERE ordering > ? ORDER BY ordering LIMIT 1))", row -> lag(row, upTo), read, read)
        .orElseThrow();
  }

  private Lag lag(ResultSet row, long read) throws SQLException {
    long events = Math.max(0, row.getLong(1) - read);
    long oldest = row.getLong(2);
    return new Lag(events, row.wasNull() ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0);
  }
}
