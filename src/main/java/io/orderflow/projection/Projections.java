package io.orderflow.projection;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ShardedDaemonProcessSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import akka.serialization.SerializationExtension;
import io.micrometer.core.instrument.Tags;
import io.orderflow.kernel.SteadyClock;
import io.orderflow.metrics.Meters;
import io.orderflow.journal.Database;
import io.orderflow.journal.EventArchive;
import io.orderflow.journal.JournalPosition;
import io.orderflow.journal.SharedReads;
import io.orderflow.projection.ProjectionStatus.FailureView;
import io.orderflow.projection.ProjectionStatus.Rebuild;
import io.orderflow.projection.ProjectionStatus.State;
import io.orderflow.projection.ProjectionTable.Generations;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

/** The projections that fill the views of this program: started, looked at, rebuilt, taken up again. */
public final class Projections {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
  /** What {@link ShardedDaemonProcess} puts before the name of its entities' type. */
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
   * Starts them, divided among the nodes that carry services.
   *
   * @throws CompletionException when the database can't be reached
   */
  public static Projections start(ActorSystem<?> system, Database database, List<ProjectionDefinition<?>> views, Clock clock) {
    ProjectionSettings settings = ProjectionSettings.of(system.settings().config().getConfig("orderflow.views"));
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

  /** Each view's lag and parked aggregates, as old as the interval at most; NaN while it is not known. */
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
   * Wakes the slices from every node. Akka does so from one node in the cluster; after that one was killed amid a rebalance, slices were seen
   * to stay where nobody carried them.
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
      // Another node was faster, or the database is away: then the slices say so.
      org.slf4j.LoggerFactory.getLogger(Projections.class).debug("view {} was not made known", view.name(), failure);
    }
  }

  /** Up to where all views have read the journal, for {@link io.orderflow.journal.JournalArchive}. */
  public static long readUpTo(Connection connection) throws SQLException {
    return ProjectionTable.readUpTo(connection);
  }

  /** The generation that queries of a view read, as an expression of SQL for {@code WHERE generation = …}. */
  public static String live(String view) {
    return "(SELECT live FROM projections WHERE name = '" + view + "')";
  }

  /** How each is doing. */
  CompletionStage<List<ProjectionStatus>> statuses() {
    return database.async(connection -> {
      List<ProjectionStatus> statuses = new ArrayList<>();
      for (ProjectionDefinition<?> view : views) {
        statuses.add(status(connection, view.name()));
      }
      return statuses;
    });
  }

  /** Begins to fill a view anew; empty when it is being rebuilt already. */
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

  /** Takes up again what has stopped; empty when nothing has. */
  CompletionStage<Optional<ProjectionStatus>> resume(String view) {
    return database.async(connection -> ProjectionTable.resume(connection, view) == 0 ? Optional.empty()
        : Optional.of(status(connection, view)));
  }

  /** What the views have parked. */
  ParkedAggregates parked() {
    return parked;
  }

  /** Whether there is a view of that name. */
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
        parked.getOrDefault(generations.live(), 0), failures.isEmpty() ? null : failures.get(0).error(), rebuild, failures.isEmpty() ? null : failures);
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
    try (PreparedStatement select = connection.prepareStatement("SELECT " + ProjectionTable.LAST_ORDERING
        + ", COALESCE((SELECT write_timestamp FROM event_archive WHERE ordering > ? ORDER BY ordering LIMIT 1),"
        + " (SELECT write_timestamp FROM event_journal WHERE ordering > ? ORDER BY ordering LIMIT 1))")) {
      select.setLong(1, read);
      select.setLong(2, read);
      try (ResultSet found = select.executeQuery()) {
        found.next();
        long events = Math.max(0, found.getLong(1) - read);
        long oldest = found.getLong(2);
        return new Lag(events, found.wasNull() ? 0 : Math.max(0, clock.millis() - oldest) / 1000.0);
      }
    }
  }
}
