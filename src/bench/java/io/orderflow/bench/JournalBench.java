package io.orderflow.bench;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.journal.Database;
import io.orderflow.journal.NoSnapshots;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Configuration;
import io.orderflow.testkit.Postgresql;
import java.lang.management.ManagementFactory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Entities that write small events, each client with one under way: as many clients over as many entities as an order's load has, each event
 * the first of a new entity, and one client alone. For {@code src/bench/journal/run}.
 */
public final class JournalBench {

  /** What an entity is told; it answers when its event is durable. */
  record Happen(ActorRef<Long> client) {}

  /** What it writes then. */
  record Happened(long number, String text) implements CborSerializable {}

  /** A kind of load: the clients, and the entities that they go round, or 0 for a new one for each event. */
  private record Load(String name, int clients, int entities) {}

  /** A figure of each round. */
  private record Round(double perSecond, double jvmMicros, double postgresqlMicros, double commits, double walBytes, double medianMicros) {}

  private JournalBench() {}

  /** @param args seconds per round, rounds */
  public static void main(String[] args) throws Exception {
    int seconds = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    System.out.printf("%-12s %-22s %9s %12s %12s %14s %12s %12s%n", "journal", "load", "events/s", "JVM µs/ev", "PG µs/ev", "commits/event",
        "WAL B/event", "median ms");
    // One round more, which is not told: whichever is first has the compiler beside it.
    for (int round = 0; round <= rounds; round++) {
      for (String dao : new String[] {"akka.persistence.jdbc.journal.dao.DefaultJournalDao", "io.orderflow.journal.BatchedJournalDao"}) {
        measure(dao, seconds, round > 0);
      }
    }
  }

  private static void measure(String dao, int seconds, boolean told) throws Exception {
    try (Postgresql postgresql = Postgresql.start()) {
      Config config = Configuration.over(ConfigFactory.parseMap(Map.of("akka.actor.provider", "local", "jdbc-journal.dao", dao))
          .withFallback(postgresql.settings()));
      Database.migrate(config);
      ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", Database.settings(config).withFallback(config));
      try {
        run(system, new Load("warming up", 256, 1_000), seconds);
        run(system, new Load("warming up", 256, 0), seconds);
        for (Load load : new Load[] {new Load("256 over 1,000", 256, 1_000), new Load("256, each a new one", 256, 0),
            new Load("16 over 1,000", 16, 1_000), new Load("one alone", 1, 1)}) {
          Round round = run(system, load, seconds);
          if (told) {
            System.out.printf("%-12s %-22s %,9.0f %,12.0f %,12.0f %14.3f %,12.0f %12.2f%n",
                dao.substring(dao.lastIndexOf('.') + 1).replace("JournalDao", ""), load.name(), round.perSecond(), round.jvmMicros(),
                round.postgresqlMicros(), round.commits(), round.walBytes(), round.medianMicros() / 1_000);
          }
        }
      } finally {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    }
  }

  private static Round run(ActorSystem<Void> system, Load load, int seconds) throws Exception {
    Database database = Database.of(system);
    long jvm = jvmNanos();
    double server = serverNanos(database);
    long commits = number(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
    long wal = number(database, "SELECT wal_bytes FROM pg_stat_wal");
    long start = System.nanoTime();
    CompletableFuture<long[]> done = new CompletableFuture<>();
    system.systemActorOf(clients(load, start + TimeUnit.SECONDS.toNanos(seconds), done), "clients-" + UUID.randomUUID(), Props.empty());
    long[] micros = done.get(seconds + 60, TimeUnit.SECONDS);
    double events = micros.length;
    double took = System.nanoTime() - start;
    Arrays.sort(micros);
    return new Round(events * 1e9 / took, (jvmNanos() - jvm) / 1e3 / events, (serverNanos(database) - server) / 1e3 / events,
        (number(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()") - commits) / events,
        (number(database, "SELECT wal_bytes FROM pg_stat_wal") - wal) / events, micros[micros.length / 2]);
  }

  /** As many clients as one actor can be; it ends when the time is over and every answer is there. */
  private static Behavior<Long> clients(Load load, long end, CompletableFuture<long[]> done) {
    return Behaviors.setup(context -> {
      String run = UUID.randomUUID().toString();
      long[] micros = new long[4_000_000];
      int[] counts = {0, 0, load.clients()};
      Queue<Long> asked = new ArrayDeque<>();
      @SuppressWarnings({"unchecked", "rawtypes"})
      ActorRef<Happen>[] entities = new ActorRef[load.entities()];
      Runnable ask = () -> {
        int next = counts[0]++;
        asked.add(System.nanoTime());
        entity(context, entities, run, next).tell(new Happen(context.getSelf()));
      };
      for (int i = 0; i < load.clients(); i++) {
        ask.run();
      }
      return Behaviors.receiveMessage(number -> {
        // Answers come in about the order of the questions.
        micros[counts[1]++] = (System.nanoTime() - asked.remove()) / 1_000;
        if (System.nanoTime() < end) {
          ask.run();
        } else if (--counts[2] == 0) {
          done.complete(Arrays.copyOf(micros, counts[1]));
          return Behaviors.stopped();
        }
        return Behaviors.same();
      });
    });
  }

  private static ActorRef<Happen> entity(ActorContext<?> context, ActorRef<Happen>[] entities, String run, int next) {
    if (entities.length == 0) {
      return context.spawnAnonymous(entity("new|" + UUID.randomUUID(), true));
    }
    int index = next % entities.length;
    if (entities[index] == null) {
      entities[index] = context.spawnAnonymous(entity("entity|" + run + index, false));
    }
    return entities[index];
  }

  private static Behavior<Happen> entity(String id, boolean once) {
    return new EventSourcedBehavior<Happen, Happened, Long>(PersistenceId.ofUniqueId(id)) {
      @Override
      public Long emptyState() {
        return 0L;
      }

      @Override
      public Recovery recovery() {
        return NoSnapshots.RECOVERY;
      }

      @Override
      public CommandHandler<Happen, Happened, Long> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onCommand(Happen.class, (count, happen) -> {
          var effect = Effect().persist(new Happened(count + 1, "a hundred bytes or so, as the events of an order have them; no more"));
          return once ? effect.thenRun((Long after) -> happen.client().tell(after)).thenStop()
              : effect.thenRun((Long after) -> happen.client().tell(after));
        }).build();
      }

      @Override
      public EventHandler<Long, Happened> eventHandler() {
        return newEventHandlerBuilder().forAnyState().onAnyEvent((count, event) -> event.number());
      }
    };
  }

  private static long jvmNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  /** The processor time of the server's processes that there are. */
  private static double serverNanos(Database database) throws SQLException {
    return database.transaction(connection -> {
      double nanos = 0;
      try (ResultSet found = connection.createStatement().executeQuery("SELECT pid FROM pg_stat_activity")) {
        while (found.next()) {
          nanos += ProcessHandle.of(found.getLong(1)).flatMap(process -> process.info().totalCpuDuration()).map(Duration::toNanos).orElse(0L);
        }
      }
      return nanos;
    });
  }

  private static long number(Database database, String query) throws SQLException {
    return database.transaction(connection -> {
      try (ResultSet found = connection.createStatement().executeQuery(query)) {
        found.next();
        return found.getLong(1);
      }
    });
  }
}
