package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.EntityAsk;
import io.orderflow.eventsourcing.HomeType;
import io.orderflow.eventsourcing.Homes;
import io.orderflow.eventsourcing.HostedIds;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.ProcessContext;
import io.orderflow.eventsourcing.ProcessType;
import io.orderflow.journal.StoredEvents;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Starts, reads, cancels and retries the sagas of one definition. Business packages use this. */
public final class Sagas<I> {

  /** The longest wait for a reply; then the stage fails with a {@link java.util.concurrent.TimeoutException}. */
  private static final Duration ASK = Duration.ofSeconds(4);

  private final SagaDefinition<I> definition;
  private final ActorSystem<?> system;
  private final EntityTypeKey<Message> key;
  private final StoredEvents stored;
  private final String actor;

  private Sagas(SagaDefinition<I> definition, ActorSystem<?> system, StoredEvents stored, String actor) {
    this.definition = definition;
    this.system = system;
    this.stored = stored;
    this.key = Homes.key(entityType(definition.name()));
    this.actor = actor;
  }

  /** The same sagas on behalf of somebody, whom the events name ({@link Message#actor}). */
  public Sagas<I> as(String who) {
    return who == null ? this : new Sagas<>(definition, system, stored, who);
  }

  /** Registers the sagas of this definition on the node. */
  public static <I> Sagas<I> init(ActorSystem<?> system, SagaDefinition<I> definition, Clock clock) {
    return init(system, definition, List.of(), List.of(), clock);
  }

  /**
   * Registers the sagas of this definition on the node, with the parts that live in their homes: each has the saga's id and is stored with
   * the saga. A step may call them by a service that answers at once.
   */
  public static <I> Sagas<I> init(ActorSystem<?> system, SagaDefinition<I> definition, List<ProcessType<?, ?, ?>> processes,
      List<AggregateType<?, ?, ?, ?>> aggregates, Clock clock) {
    Sagas<I> sagas = new Sagas<>(definition, system, new StoredEvents(system), null);
    SagaSettings settings = new SagaSettings(system.settings().config().getConfig("orderflow.sagas"));
    Homes.host(system, home(definition, settings, clock, sagas::archived, processes, aggregates));
    return sagas;
  }

  /** The home of a saga and of the parts that live with it. */
  static <I> HomeType home(SagaDefinition<I> definition, SagaSettings settings, Clock clock,
      Function<String, CompletionStage<SagaState>> archive, List<ProcessType<?, ?, ?>> processes,
      List<AggregateType<?, ?, ?, ?>> aggregates) {
    Clock steady = SteadyClock.beginningAt(clock);
    ProcessType<SagaCommand, SagaEvent, SagaState> saga = type(home ->
        new SagaContext<>(definition, settings, clock, steady, RandomGenerator.getDefault(), archive, home));
    List<ProcessType<?, ?, ?>> all = new ArrayList<>(List.of(saga));
    all.addAll(processes);
    return new HomeType(entityType(definition.name()), settings.keepInMemory(), List.copyOf(all), aggregates);
  }

  static <I> ProcessType<SagaCommand, SagaEvent, SagaState> type(
      Function<ProcessContext<SagaEvent, SagaState>, SagaContext<I>> context) {
    return new ProcessType<>(SagaCommand.class, SagaEvent.class, SagaState.NONE, home -> new Saga<>(context.apply(home)));
  }

  /** The name of the homes of a definition's sagas, in sharding and storage. */
  public static String entityType(String definition) {
    return "saga-" + definition;
  }

  /** The definition's name. */
  public String name() {
    return definition.name();
  }

  /** The same ids but those of sagas that would live on another node. */
  public Supplier<UUID> hosted(Supplier<UUID> ids) {
    return new HostedIds(system, entityType(definition.name()), ids);
  }

  /** The input that the saga was started with. */
  public I input(SagaState saga) {
    return definition.read(saga.input());
  }

  /**
   * Starts a saga. Once the stage has completed, the saga ends by itself, whatever crashes. A saga that exists, in the journal or in the
   * archive, stays as it is.
   */
  public CompletionStage<SagaState> start(String id, I input) {
    return start(id, false, input);
  }

  /** The same for an id that was never used: neither the journal nor the archive is read. */
  public CompletionStage<SagaState> startNew(String id, I input) {
    return start(id, true, input);
  }

  /**
   * The state of a saga that was started under an id that a client chose, if it was started with this input.
   *
   * @throws RuntimeException the rejection, if it was started with another input
   */
  public SagaState startedWith(SagaState saga, I input, Rejection reused) {
    if (!input(saga).equals(input)) {
      throw reused.exception();
    }
    return saga;
  }

  private CompletionStage<SagaState> start(String id, boolean newId, I input) {
    return ask(id, replyTo -> new SagaCommand.Start(definition.write(input), newId, replyTo, actor), ASK);
  }

  /** The saga's state. The rejection is SAGA_NOT_FOUND. */
  public CompletionStage<SagaState> get(String id) {
    return ask(id, SagaCommand.Get::new, ASK)
        .exceptionallyCompose(failure -> fromArchive(id, failure, CompletableFuture::completedStage));
  }

  /** The saga's state once it has ended. Fails with a time-out if it is still active after the limit. */
  public CompletionStage<SagaState> awaitEnd(String id, Duration limit) {
    return ask(id, SagaCommand.AwaitEnd::new, limit);
  }

  /**
   * Compensates the saga. A saga that compensates already, or has, stays as it is. The rejection is TOO_LATE once the pivot has succeeded.
   *
   * @param code the code of the saga's failure
   */
  public CompletionStage<SagaState> cancel(String id, String code, String detail) {
    return ask(id, replyTo -> new SagaCommand.Cancel(code, detail, replyTo, actor), ASK)
        .exceptionallyCompose(failure -> fromArchive(id, failure, saga -> saga.state() == SagaStatus.COMPENSATED
            ? CompletableFuture.completedStage(saga) : CompletableFuture.failedFuture(SagaReplies.tooLate().reply().getError())));
  }

  /** Retries the failed compensations. The rejection is NOTHING_TO_RETRY if none has failed. */
  public CompletionStage<SagaState> retry(String id) {
    return ask(id, replyTo -> new SagaCommand.Retry(replyTo, actor), ASK).exceptionallyCompose(failure ->
        fromArchive(id, failure, saga -> CompletableFuture.failedFuture(SagaReplies.nothingToRetry().reply().getError())));
  }

  /**
   * Repeats the call of this step at once, which the saga would repeat after its back-off. The rejection is STEP_NOT_WAITING if the call is in
   * flight, or the saga is at another step.
   */
  public CompletionStage<SagaState> retryNow(String id, String step) {
    return ask(id, replyTo -> new SagaCommand.RetryNow(step, replyTo), ASK).exceptionallyCompose(failure ->
        fromArchive(id, failure, saga -> CompletableFuture.failedFuture(SagaReplies.notWaiting().reply().getError())));
  }

  /** When the saga repeats the call under way; empty if it is in flight, or none is under way. */
  public CompletionStage<Optional<Instant>> nextAttempt(String id) {
    return EntityAsk.<SagaCommand.NextAttempt>ask(system, entity(id), SagaCommand.GetNextAttempt::new, ASK)
        .thenApply(next -> Optional.ofNullable(next.at()));
  }

  /** Tells the saga that a pending call may have its outcome. Without this the saga asks again after the call's pause. */
  public void askAgain(String id) {
    entity(id).tell(SagaCommand.AskAgain.INSTANCE);
  }

  /**
   * Reports that a compensation failed after its service had answered success. The saga becomes COMPENSATION_FAILED, and an operator can
   * retry it. An active saga ignores the report and the message may get lost, so the service must repeat it.
   */
  public void compensationFailed(String id, String step, String error) {
    entity(id).tell(new SagaCommand.CompensationFailed(step, error));
  }

  void wake(String id) {
    entity(id).tell(SagaCommand.Wake.INSTANCE);
  }

  /** The answer from the archive if the journal doesn't have the saga. If the archive doesn't have it either, the failure stays. */
  private CompletionStage<SagaState> fromArchive(String id, Throwable failure, Function<SagaState, CompletionStage<SagaState>> answer) {
    return stored.foldIfNotFound(failure, persistenceId(id), SagaEvent.class, SagaState.NONE, SagaState::apply).thenCompose(answer);
  }

  /** The saga as its stored events say, without waking it. */
  CompletionStage<SagaState> recorded(String id) {
    return archived(id);
  }

  /** All calls that the definition has: the steps, and in reverse order their compensations. */
  List<SagaEvent.Begins> calls() {
    List<SagaEvent.Begins> calls = new ArrayList<>();
    definition.steps().forEach(step -> calls.add(new SagaEvent.Begins(StepRecord.Kind.ACTION, step.name())));
    definition.retriables().forEach(step -> calls.add(new SagaEvent.Begins(StepRecord.Kind.RETRIABLE, step.name())));
    for (int i = definition.steps().size() - 1; i >= 0; i--) {
      if (definition.steps().get(i).compensation() != null) {
        calls.add(new SagaEvent.Begins(StepRecord.Kind.COMPENSATION, definition.steps().get(i).name()));
      }
    }
    return calls;
  }

  private CompletionStage<SagaState> archived(String id) {
    return stored.fold(persistenceId(id), SagaEvent.class, SagaState.NONE, SagaState::apply);
  }

  private String persistenceId(String id) {
    return entityType(definition.name()) + "|" + id;
  }

  private CompletionStage<SagaState> ask(String id, Function<ActorRef<StatusReply<SagaState>>, SagaCommand> command, Duration limit) {
    return EntityAsk.ask(system, entity(id), command::apply, limit);
  }

  private EntityRef<Message> entity(String id) {
    return ClusterSharding.get(system).entityRefFor(key, id);
  }

  static String reasonOf(Throwable failure) {
    Throwable cause = Failures.cause(failure);
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
