package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.eventsourcing.HomeType;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.RunningHome;
import io.orderflow.eventsourcing.ScriptedHome;
import io.orderflow.journal.EventGroup;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Rejection;
import io.orderflow.testkit.SetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A kit for specs of sagas: given a saga, expect a call, answer it, expect the next. The spec answers each call. The clock stands still
 * until the spec lets time pass. The journal survives crashes.
 */
final class SagaKit implements AutoCloseable {

  /** A call that the saga made and that waits for the spec's answer. */
  record Call(String name, StepCall<String> details, CompletableFuture<StepResult> answer) {

    void succeeds() {
      answer.complete(StepResult.done());
    }

    void succeedsWith(String result) {
      answer.complete(StepResult.done(result));
    }

    void isRejected(String code) {
      answer.complete(StepResult.refused(code, "no"));
    }

    void isRejectedPartlyDone(String code) {
      answer.complete(new StepResult.Refused(code, "no", true));
    }

    void isPending(Duration askAgainAfter) {
      answer.complete(new StepResult.Pending(askAgainAfter));
    }

    void fails() {
      answer.completeExceptionally(new IllegalStateException("the service is ill"));
    }
  }

  /** The age of the last record up to which a saga defers recording. */
  static final Duration DEFER_RECORDING_FOR = Duration.ofSeconds(2);
  static final Duration TIME_LIMIT = Duration.ofSeconds(5);
  /** Longer than any back-off of the kit's policy. */
  static final Duration BACKOFF = Duration.ofSeconds(2);
  static final int ATTEMPTS = 3;

  private static final String PERSISTENCE_ID = "saga-spec|saga-1";
  private static final Duration KEEP_IN_MEMORY = Duration.ofMinutes(1);
  /** Longer than the home waits at first before it recovers. */
  private static final Duration RESTART = Duration.ofMillis(300);
  private static final Duration A_WHILE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config()
      .withFallback(PersistenceTestKitPlugin.getInstance().config())
      .withFallback(PersistenceTestKitSnapshotPlugin.getInstance().config())
      .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
      .withFallback(Configuration.over(ConfigFactory.empty())));
  private final ManualTime time = ManualTime.get(kit.system());
  private final SetClock clock = new SetClock(Instant.parse("2026-01-01T12:00:00Z"));
  private final SetClock steady = new SetClock(clock.instant());
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final Set<String> failsAtOnce = ConcurrentHashMap.newKeySet();
  private final TestProbe<StatusReply<SagaState>> replies = kit.createTestProbe();
  private final TestProbe<String> left = kit.createTestProbe();
  private final SagaDefinition<String> definition;
  private ActorRef<Message> saga;

  private SagaKit(List<String> steps, List<String> retriables, Set<String> concurrently, Set<String> atOnce) {
    SagaDefinition<String> listed = SagaDefinition.named("spec", String.class);
    for (String step : steps) {
      listed = atOnce.contains(step) ? listed.step(step, decided(step, 1), decided("undo " + step, -1))
          : listed.step(step, called(step), called("undo " + step));
      listed = concurrently.contains(step) ? listed.concurrently() : listed;
    }
    for (String retriable : retriables) {
      listed = atOnce.contains(retriable) ? listed.retriable(retriable, decided(retriable, 1))
          : listed.retriable(retriable, called(retriable));
      listed = concurrently.contains(retriable) ? listed.concurrently() : listed;
    }
    this.definition = listed;
    this.saga = spawn();
  }

  /** Given a saga of these steps, each with a compensation, and a retriable step. */
  static SagaKit given(List<String> steps, String retriable) {
    return new SagaKit(steps, List.of(retriable), Set.of(), Set.of());
  }

  /** Given a saga of these steps and retriable steps, some of them called concurrently with the step before. */
  static SagaKit given(List<String> steps, List<String> retriables, Set<String> concurrently) {
    return new SagaKit(steps, retriables, concurrently, Set.of());
  }

  /** The same, where some steps answer at once: each adds one to the counter in the saga's home, and its compensation takes one away. */
  static SagaKit given(List<String> steps, List<String> retriables, Set<String> concurrently, Set<String> atOnce) {
    return new SagaKit(steps, retriables, concurrently, atOnce);
  }

  private Function<StepCall<String>, CompletionStage<StepResult>> called(String name) {
    return details -> {
      Call call = new Call(name, details, new CompletableFuture<>());
      calls.add(call);
      return call.answer();
    };
  }

  private Step.Immediate<String> decided(String name, int number) {
    return details -> {
      if (failsAtOnce.remove(name)) {
        throw new IllegalStateException("the service is ill");
      }
      details.home().decide(ScriptedHome.COUNTER, number);
      return StepResult.done(name + " done");
    };
  }

  /** The next call of this step, which answers at once, fails. */
  SagaKit failsAtOnce(String name) {
    failsAtOnce.add(name);
    return this;
  }

  /** The next write fails, and with it all that belongs to its turn. */
  SagaKit nextWriteFails() {
    PersistenceTestKit.create(kit.system()).failNextPersisted(PERSISTENCE_ID);
    return this;
  }

  /** The rows on record, each as the names of its events. */
  List<String> rows() {
    state(); // replied after all earlier messages are handled and stored
    return PersistenceTestKit.create(kit.system()).persistedInStorage(PERSISTENCE_ID).stream()
        .map(row -> ((EventGroup) row).events().stream().map(event -> event.getClass().getSimpleName()).collect(Collectors.joining(" ")))
        .toList();
  }

  private ActorRef<Message> spawn() {
    Config sagas = ConfigFactory.parseString("""
        keep-in-memory = 1m
        defer-recording-for = 2s
        clock-skew = 10s
        step-defaults { time-limit = 5s, max-attempts = 3, min-backoff = 500ms, max-backoff = 2s, jitter = 0.5, reason = "GIVEN_UP" }
        compensation-defaults = ${step-defaults}
        """).resolve();
    HomeType home = new HomeType(Sagas.entityType("spec"), KEEP_IN_MEMORY, List.of(Sagas.type(context -> new SagaContext<>(definition,
        new SagaSettings(sagas), clock, steady, RandomGenerator.of("L64X128MixRandom"),
        id -> CompletableFuture.completedStage(SagaState.NONE), context))), List.of(ScriptedHome.COUNTER));
    return kit.spawn(RunningHome.of(home, "saga-1", () -> left.ref().tell("left")));
  }

  SagaKit start() {
    saga.tell(new SagaCommand.Start(TextNode.valueOf("input"), false, replies.getRef(), null));
    return this;
  }

  /** The saga's reply to the last command. */
  StatusReply<SagaState> answer() {
    return replies.receiveMessage(PATIENCE);
  }

  SagaKit isStarted() {
    start();
    assertThat(answer().isSuccess()).isTrue();
    return this;
  }

  void cancel() {
    saga.tell(new SagaCommand.Cancel("CUSTOMER_REQUEST", "changed my mind", replies.getRef(), null));
  }

  void compensationFails(String step) {
    saga.tell(new SagaCommand.CompensationFailed(step, "not after all"));
  }

  Instant now() {
    return clock.instant();
  }

  void retry() {
    saga.tell(new SagaCommand.Retry(replies.getRef(), null));
  }

  void awaitEnd() {
    saga.tell(new SagaCommand.AwaitEnd(replies.getRef()));
  }

  /** The home moves to another node. */
  void moves() {
    saga.tell(RunningHome.leave());
  }

  void wake() {
    saga.tell(SagaCommand.Wake.INSTANCE);
  }

  /** Expects that the saga makes this call now, and no other. */
  Call expect(String name) {
    try {
      Call call = calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(call).as("a call of " + name).isNotNull();
      assertThat(call.name()).isEqualTo(name);
      return call;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Expects these calls one after the other and lets each succeed. */
  SagaKit expectAllSucceed(String... names) {
    Stream.of(names).forEach(name -> expect(name).succeedsWith(name + " done"));
    return this;
  }

  /** Lets every attempt of the call fail. */
  void expectAllFail(String name) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      expect(name).fails();
      if (attempt < ATTEMPTS) {
        backoffPasses(attempt);
      }
    }
  }

  /** Waits until that many failures are on record, then lets the back-off pass. */
  void backoffPasses(int failures) {
    stateWhen(current -> current.underWay().map(step -> step.failures() == failures).orElse(false));
    timePasses(BACKOFF);
  }

  void timePasses(Duration duration) {
    clock.set(clock.instant().plus(duration));
    steady.set(steady.instant().plus(duration));
    time.timePasses(duration);
  }

  /** The wall clock jumps back; the steady clock runs on. */
  void wallClockIsSetBack(Duration duration) {
    clock.set(clock.instant().minus(duration));
  }

  /** Expects that the messages so far led to no call. */
  void expectNoCallNow() {
    state(); // replied after all earlier messages are handled
    assertThat(calls).isEmpty();
  }

  /** Waits until that many events are on record and the saga has handled the last write. */
  void awaitRecords(int events) {
    PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(() -> journal.persistedInStorage(PERSISTENCE_ID).size() == events);
    state(); // replied after the last write is handled
  }

  /** The process dies and the saga is woken in another process. Calls that were under way stay unanswered. */
  void crashesAndIsWoken() {
    crashes();
    wake();
  }

  /** The same without a wake-up. */
  void crashes() {
    kit.stop(saga, PATIENCE);
    calls.clear();
    saga = spawn();
  }

  /** The home recovers after a failed write; then no saga is on record. */
  void recoversWithoutASaga() {
    assertThat(Rejection.in(stateAfterRestart().getError()).orElseThrow().code()).isEqualTo("SAGA_NOT_FOUND");
    assertThat(calls).isEmpty();
  }

  /** The home recovers after a failed write, and its saga resumes. */
  void recovers() {
    assertThat(stateAfterRestart().isSuccess()).isTrue();
  }

  private StatusReply<SagaState> stateAfterRestart() {
    TestProbe<StatusReply<SagaState>> probe = kit.createTestProbe();
    saga.tell(new SagaCommand.Get(probe.getRef()));
    return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
      timePasses(RESTART);
      try {
        return Optional.of(probe.receiveMessage(A_WHILE));
      } catch (AssertionError unanswered) {
        return Optional.<StatusReply<SagaState>>empty();
      }
    }, Optional::isPresent).orElseThrow();
  }

  SagaState state() {
    TestProbe<StatusReply<SagaState>> probe = kit.createTestProbe();
    saga.tell(new SagaCommand.Get(probe.getRef()));
    return probe.receiveMessage(PATIENCE).getValue();
  }

  private SagaState stateWhen(Predicate<SagaState> condition) {
    return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(this::state, condition);
  }

  /** Expects that the saga ends with this status. */
  SagaState ends(SagaStatus state) {
    SagaState ended = stateWhen(current -> current.state() == state);
    assertThat(ended.endedAt()).isNotNull();
    assertThat(calls).isEmpty();
    return ended;
  }

  /** Expects that the saga asks its shard for passivation now. */
  void leavesMemory() {
    left.expectMessage(PATIENCE, "left");
  }

  /** Expects passivation some time after the last message. */
  void leavesMemoryAfterAWhile() {
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).untilAsserted(() -> {
      timePasses(KEEP_IN_MEMORY);
      left.expectMessage(A_WHILE, "left");
    });
  }

  /** Expects no passivation so far. */
  void isInMemory() {
    state(); // replied after all earlier messages are handled
    left.expectNoMessage(A_WHILE);
  }

  /** Each call with its status, such as {@code reserve COMPLETED}. */
  static List<String> steps(SagaState current) {
    return current.steps().stream().map(step -> step.name() + " " + step.status()).toList();
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
