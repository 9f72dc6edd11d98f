package io.orderflow.eventsourcing;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.stream.javadsl.Source;
import io.orderflow.journal.StoredEvents;
import io.orderflow.journal.StoredEvents.Stored;
import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * Sends commands and queries to the aggregates of one type, anywhere in the cluster.
 *
 * <p>A stage fails with a rejection ({@link Rejection#in}), or with a {@link java.util.concurrent.TimeoutException} if no reply arrives in
 * time. After a time-out the command may have taken effect.
 */
public final class AggregateClient<C, E, S, R> {

  /** Shorter than a saga waits for a step, and shorter than the gateway waits for a service. */
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  private final ActorSystem<?> system;
  private final AggregateType<C, E, S, R> type;
  private final EntityTypeKey<Message> key;
  private final StoredEvents stored;
  private final String actor;

  /** A client for aggregates that are parts of the homes of that name ({@link HomeType}). */
  public static <C, E, S, R> AggregateClient<C, E, S, R> ofHomes(ActorSystem<?> system, String home, AggregateType<C, E, S, R> type) {
    return new AggregateClient<>(system, type, Homes.key(home), null);
  }

  AggregateClient(ActorSystem<?> system, AggregateType<C, E, S, R> type, EntityTypeKey<Message> key, String actor) {
    this.system = system;
    this.type = type;
    this.key = key;
    this.stored = new StoredEvents(system);
    this.actor = actor;
  }

  /** The same client on behalf of somebody, whom events name ({@link Message#actor}). */
  public AggregateClient<C, E, S, R> as(String who) {
    return who == null ? this : new AggregateClient<>(system, type, key, who);
  }

  /** Sends a command. The stage completes once its events are stored. */
  public CompletionStage<R> ask(String id, C command) {
    return EntityAsk.ask(system, entity(id), replyTo -> new Message.Ask<>(type.name(), command, replyTo, actor), TIMEOUT);
  }

  /** Sends a command without waiting for the reply. */
  public void tell(String id, C command) {
    entity(id).tell(new Message.Ask<>(type.name(), command, system.ignoreRef(), actor));
  }

  /** Sends a query. If the aggregate replies that it does not exist, the query is answered from its archived events, if any. */
  public CompletionStage<R> read(String id, C query) {
    return ask(id, query).exceptionallyCompose(failure ->
        Rejection.isNotFound(failure) ? readArchive(id, query, failure) : CompletableFuture.failedFuture(failure));
  }

  private CompletionStage<R> readArchive(String id, C query, Throwable notFound) {
    Aggregate<C, E, S, R> aggregate = type.create().apply(id);
    S none = aggregate.initialState();
    return fold(id, none, aggregate::apply).thenApply(state -> aggregate.decide(state, query).reply()).thenCompose(reply ->
        reply == null ? CompletableFuture.failedFuture(notFound) : CompletableFuture.completedStage(reply));
  }

  /** Folds all events of the aggregate in order, archived events included. */
  public <T> CompletionStage<T> fold(String id, T zero, BiFunction<T, E, T> step) {
    return events(id, 1, Long.MAX_VALUE).runFold(zero, (folded, event) -> step.apply(folded, type.events().cast(event.event())), system);
  }

  /**
   * The aggregate's events of the writes from {@code from} to {@code to}, both included, archived events too. Reads page by page. Without a
   * home, each write has one event.
   */
  public Source<Stored, NotUsed> events(String id, long from, long to) {
    return stored.of(key.name() + "|" + id, type.events(), from, to);
  }

  /** The type of the aggregates. */
  public AggregateType<C, E, S, R> type() {
    return type;
  }

  private EntityRef<Message> entity(String id) {
    return ClusterSharding.get(system).entityRefFor(key, id);
  }
}
