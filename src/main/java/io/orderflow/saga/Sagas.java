package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import io.orderflow.kernel.SameThread;
import io.orderflow.kernel.SteadyClock;
import io.orderflow.journal.StoredEvents;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** All sagas of one definition: what business packages start, ask and cancel. */
public final class Sagas<I> {

  /** How long an ask of a saga may take before it fails with a {@link java.util.concurrent.TimeoutException}. */
  private static final Duration ASK = Duration.ofSeconds(4);

  private final SagaDefinition<I> definition;
  private final ClusterSharding sharding;
  private final EntityTypeKey<SagaCommand> key;
  private final StoredEvents stored;

  private Sagas(SagaDefinition<I> definition, ClusterSharding sharding, StoredEvents stored) {
    this.definition = definition;
    this.sharding = sharding;
    this.stored = stored;
    this.key = EntityTypeKey.create(SagaCommand.class, entityType(definition.name()));
  }

  /** Makes the node carry sagas of this definition. Never passivated by the shard: a saga that moves stays, one at rest leaves. */
  public static <I> Sagas<I> init(ActorSystem<?> system, SagaDefinition<I> definition, Clock clock) {
    Sagas<I> sagas = new Sagas<>(definition, ClusterSharding.get(system), new StoredEvents(system));
    SagaSettings settings = new SagaSettings(system.settings().config().getConfig("orderflow.sagas"));
    Clock steady = SteadyClock.beginningAt(clock);
    sagas.sharding.init(Entity.of(sagas.key, entity -> Saga.create(new SagaContext<>(entity.getEntityId(), definition, settings, clock, steady,
            RandomGenerator.getDefault(), () -> sagas.archived(entity.getEntityId()), entity.getShard())))
        .withStopMessage(SagaCommand.Stop.INSTANCE).withRole("services")
        .withSettings(ClusterShardingSettings.create(system)
            .withPassivationStrategy(ClusterShardingSettings.PassivationStrategySettings$.MODULE$.disabled())));
    return sagas;
  }

  static String entityType(String definition) {
    return "saga-" + definition;
  }

  /** The definition's name. */
  public String name() {
    return definition.name();
  }

  /** What the saga was started with. */
  public I input(SagaState progress) {
    return definition.read(progress.input());
  }

  /** Starts a saga; once the stage has completed it ends by itself, whatever crashes. One that exists, or did, is left as it is. */
  public CompletionStage<SagaState> start(String id, I input) {
    return start(id, false, input);
  }

  /** The same for an id that was never used: spares looking for it among the sagas of the past. */
  public CompletionStage<SagaState> startNew(String id, I input) {
    return start(id, true, input);
  }

  private CompletionStage<SagaState> start(String id, boolean newId, I input) {
    return ask(id, replyTo -> new SagaCommand.Start(definition.write(input), newId, replyTo), ASK);
  }

  /** How far it has come, or had when it ended; refused with SAGA_NOT_FOUND. */
  public CompletionStage<SagaState> get(String id) {
    return ask(id, SagaCommand.Get::new, ASK)
        .exceptionallyCompose(failure -> ofThePast(id, failure, CompletableFuture::completedStage));
  }

  /** Its progress when it has come to rest; fails with a time-out when it moves longer than that. */
  public CompletionStage<SagaState> awaitEnd(String id, Duration limit) {
    return ask(id, SagaCommand.AwaitEnd::new, limit);
  }

  /**
   * Has it undone; one that is being undone or is undone already stays as it is. Refused with TOO_LATE once all steps have succeeded.
   *
   * @param code what the saga's failure will say
   */
  public CompletionStage<SagaState> cancel(String id, String code, String detail) {
    return ask(id, replyTo -> new SagaCommand.Cancel(code, detail, replyTo), ASK)
        .exceptionallyCompose(failure -> ofThePast(id, failure, saga -> saga.state() == SagaStatus.COMPENSATED
            ? CompletableFuture.completedStage(saga) : CompletableFuture.failedFuture(SagaReplies.tooLate().reply().getError())));
  }

  /** Takes up failed compensations again; refused with NOTHING_TO_RETRY when none has failed. */
  public CompletionStage<SagaState> retry(String id) {
    return ask(id, SagaCommand.Retry::new, ASK).exceptionallyCompose(failure ->
        ofThePast(id, failure, saga -> CompletableFuture.failedFuture(SagaReplies.nothingToRetry().reply().getError())));
  }

  /** Says that a step that was pending may have come to its outcome; without this it is asked after its pause. */
  public void askAgain(String id) {
    entity(id).tell(SagaCommand.AskAgain.INSTANCE);
  }

  /**
   * Says that a compensation which the service had taken over as good as done could not be made after all: the saga is COMPENSATION_FAILED
   * then, and an operator can take it up again. Changes nothing while the saga moves, so it has to be said again. The message may get lost.
   */
  public void compensationFailed(String id, String step, String error) {
    entity(id).tell(new SagaCommand.CompensationFailed(step, error));
  }

  void wake(String id) {
    entity(id).tell(SagaCommand.Wake.INSTANCE);
  }

  /** What is answered where the saga is not in the journal any more; without it in the archive either, the failure stays. */
  private CompletionStage<SagaState> ofThePast(String id, Throwable failure, Function<SagaState, CompletionStage<SagaState>> answer) {
    return stored.foldIfNotFound(failure, persistenceId(id), SagaEvent.class, SagaState.NONE, SagaState::apply).thenCompose(answer);
  }

  private CompletionStage<SagaState> archived(String id) {
    return stored.fold(persistenceId(id), SagaEvent.class, SagaState.NONE, SagaState::apply);
  }

  private String persistenceId(String id) {
    return entityType(definition.name()) + "|" + id;
  }

  private CompletionStage<SagaState> ask(String id, Function<ActorRef<StatusReply<SagaState>>, SagaCommand> command, Duration limit) {
    return SameThread.answer(entity(id).askWithStatus(command::apply, limit));
  }

  private EntityRef<SagaCommand> entity(String id) {
    return sharding.entityRefFor(key, id);
  }

  static String reasonOf(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
