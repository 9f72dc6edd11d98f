package io.orderflow.journal;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.japi.AsyncWriteJournal;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * A journal in memory that several actor systems share, as the nodes of a cluster share a database. It refuses a sequence number that it
 * has, as the table's primary key does. A spec can hold writes: such an INSERT is on its way, and lands later, earlier than its client
 * hears of it, after its client has given up, or never.
 */
public final class LateJournal extends AsyncWriteJournal {

  private static final Map<String, Shared> ALL = new ConcurrentHashMap<>();

  /** A write that is on its way. */
  public static final class Held {
    private final Shared shared;
    private final List<PersistentRepr> events;
    private final Promise<Iterable<Optional<Exception>>> outcome = Futures.promise();
    private boolean landed;
    private Optional<Exception> refusal = Optional.empty();

    private Held(Shared shared, List<PersistentRepr> events) {
      this.shared = shared;
      this.events = events;
    }

    /** It reaches the database, which takes or refuses it; its client, if it still waits, hears of that. */
    public void lands() {
      landsUnheard();
      isHeardOf();
    }

    /** It reaches the database, which takes or refuses it; the answer is still on its way. */
    public void landsUnheard() {
      refusal = shared.insert(events);
      landed = true;
    }

    /** The database's answer arrives. */
    public void isHeardOf() {
      if (!outcome.isCompleted()) {
        refusal.ifPresentOrElse(outcome::failure, () -> outcome.success(List.of()));
      }
    }

    /** Its client hears that it failed; it may still land. */
    public void isGivenUp() {
      if (!outcome.isCompleted()) {
        outcome.failure(new IllegalStateException("the connection is gone"));
      }
    }

    public boolean hasLanded() {
      return landed;
    }
  }

  /** The table, and what a spec does to it. */
  public static final class Shared {
    private final String name = UUID.randomUUID().toString();
    private final Map<String, TreeMap<Long, PersistentRepr>> table = new HashMap<>();
    private final List<Held> held = new ArrayList<>();
    private Predicate<String> holds = none -> false;
    private int refused;

    private Shared() {
      ALL.put(name, this);
    }

    /** The settings of an actor system that uses it. */
    public Config settings() {
      return ConfigFactory.parseMap(Map.of(
          "akka.persistence.journal.plugin", "late-journal",
          "late-journal.class", LateJournal.class.getName(),
          "late-journal.shared", name,
          "late-journal.replay-filter.mode", "off",
          // Refused writes are what it is for.
          "late-journal.circuit-breaker.max-failures", 1_000_000,
          "late-journal.circuit-breaker.call-timeout", "1h"));
    }

    /** From now on the writes of these persistence ids are held. */
    public synchronized void holdIf(Predicate<String> persistenceIds) {
      holds = persistenceIds;
    }

    /** Lets the next writes pass; those that are held stay so. */
    public synchronized void holdNone() {
      holds = none -> false;
    }

    /** The writes that are held and have not landed, the oldest first. */
    public synchronized List<Held> held() {
      return held.stream().filter(write -> !write.hasLanded()).toList();
    }

    /** Writes that came after another one of the same number. */
    public synchronized int refused() {
      return refused;
    }

    /** All events of that persistence id, as they are stored. */
    public synchronized List<Object> events(String persistenceId) {
      return table.getOrDefault(persistenceId, new TreeMap<>()).values().stream().map(PersistentRepr::payload).toList();
    }

    private synchronized Future<Iterable<Optional<Exception>>> write(List<PersistentRepr> events) {
      if (holds.test(events.get(0).persistenceId())) {
        Held write = new Held(this, events);
        held.add(write);
        return write.outcome.future();
      }
      return insert(events).<Future<Iterable<Optional<Exception>>>>map(Futures::failed).orElseGet(() -> Futures.successful(List.of()));
    }

    private synchronized Optional<Exception> insert(List<PersistentRepr> events) {
      TreeMap<Long, PersistentRepr> rows = table.computeIfAbsent(events.get(0).persistenceId(), id -> new TreeMap<>());
      if (events.stream().anyMatch(event -> rows.containsKey(event.sequenceNr()))) {
        refused++;
        return Optional.of(new IllegalStateException("a duplicate key"));
      }
      events.forEach(event -> rows.put(event.sequenceNr(), event));
      return Optional.empty();
    }

    private synchronized long highest(String persistenceId) {
      TreeMap<Long, PersistentRepr> rows = table.get(persistenceId);
      return rows == null || rows.isEmpty() ? 0 : rows.lastKey();
    }

    private synchronized List<PersistentRepr> replay(String persistenceId, long from, long to, long max) {
      TreeMap<Long, PersistentRepr> rows = table.getOrDefault(persistenceId, new TreeMap<>());
      return from > to ? List.of() : rows.subMap(from, true, to, true).values().stream().limit(max).toList();
    }
  }

  private final Shared shared;

  /** A new, empty one. */
  public static Shared create() {
    return new Shared();
  }

  /** Made by Akka. */
  public LateJournal(Config config) {
    this.shared = ALL.get(config.getString("shared"));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
    List<PersistentRepr> events = new ArrayList<>();
    messages.forEach(write -> scala.jdk.javaapi.CollectionConverters.asJava(write.payload()).forEach(events::add));
    return shared.write(events);
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long to) {
    return Futures.failed(new UnsupportedOperationException());
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long from) {
    return Futures.successful(shared.highest(persistenceId));
  }

  @Override
  public Future<Void> doAsyncReplayMessages(String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replay) {
    shared.replay(persistenceId, from, to, max).forEach(replay);
    return Futures.successful(null);
  }
}
