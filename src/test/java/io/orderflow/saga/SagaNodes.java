package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.eventsourcing.HomeType;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.RunningHome;
import io.orderflow.journal.EventGroup;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Configuration;
import io.orderflow.saga.SagaKit.Call;
import io.orderflow.testkit.SetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Several nodes that share a journal. Each may have an incarnation of the same saga at the same time. The steps are "reserve", "charge"
 * (called concurrently with "reserve") and "ship"; the retriable step is "confirm". The spec decides when a call takes effect and when it
 * is answered.
 */
final class SagaNodes implements AutoCloseable {

  static final List<String> STEPS = List.of("reserve", "charge", "ship");
  /** How long the services remember a compensation. */
  static final Duration REMEMBERED = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Config SAGAS = ConfigFactory.parseString("""
      keep-in-memory = 1m
      defer-recording-for = 2s
      clock-skew = 10s
      step-defaults { time-limit = 5s, max-attempts = 3, min-backoff = 500ms, max-backoff = 10s, jitter = 0.5, reason = "GIVEN_UP" }
      compensation-defaults = ${step-defaults}
      """).resolve();

  /** The effects of the steps. Like a real service it forgets compensations after a while and rejects calls that are no longer valid. */
  static final class World {
    private final Set<String> done = new HashSet<>();
    private final Map<String, Instant> undone = new HashMap<>();
    private boolean confirmed;

    private boolean act(String step, Instant validUntil, Instant now) {
      undone.values().removeIf(at -> at.plus(REMEMBERED).isBefore(now));
      if (undone.containsKey(step) || !done.contains(step) && now.isAfter(validUntil)) {
        return false;
      }
      done.add(step);
      return true;
    }

    private void undo(String step, Instant now) {
      done.remove(step);
      undone.put(step, now);
    }
  }

  /** One node; at most one incarnation of a saga is spawned on it. */
  final class Node {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config()
        .withFallback(journal.settings())
        .withFallback(PersistenceTestKitSnapshotPlugin.getInstance().config())
        .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
        .withFallback(Configuration.over(ConfigFactory.empty())));
    private final ManualTime time = ManualTime.get(kit.system());
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private ActorRef<Message> saga;
    private boolean frozen;

    private Function<StepCall<String>, CompletionStage<StepResult>> called(String id, String name) {
      return details -> {
        Call call = new Call(name, details, new CompletableFuture<>());
        // Calls of a saga of an earlier round are ignored.
        if (details.sagaId().equals(id)) {
          calls.add(call);
        }
        return call.answer();
      };
    }

    private SagaDefinition<String> definition(String id) {
      SagaDefinition<String> listed = SagaDefinition.named("spec", String.class);
      for (String step : STEPS) {
        listed = listed.step(step, called(id, step), called(id, "undo " + step));
        listed = step.equals("charge") ? listed.concurrently() : listed;
      }
      return listed.retriable("confirm", called(id, "confirm"));
    }

    /** Starts an incarnation of the saga on this node; it recovers. */
    Node spawns() {
      // Calls of the incarnation before it may still arrive.
      calls.drainTo(late);
      SagaDefinition<String> definition = definition(sagaId);
      HomeType home = new HomeType(Sagas.entityType("spec"), Duration.ofMinutes(1), List.of(Sagas.type(context -> new SagaContext<>(
          definition, new SagaSettings(SAGAS), clock, steady, RandomGenerator.of("L64X128MixRandom"),
          id -> CompletableFuture.completedStage(SagaState.NONE), context))), List.of());
      saga = kit.spawn(RunningHome.of(home, sagaId, () -> {}));
      return this;
    }

    Node isStarted() {
      spawns();
      saga.tell(new SagaCommand.Start(TextNode.valueOf("input"), true, kit.system().ignoreRef(), null));
      return this;
    }

    /** The clocks run on and the timers of this node stand still. The spec decides about its calls and writes meanwhile. */
    void freezes() {
      frozen = true;
    }

    void thaws() {
      frozen = false;
    }

    void cancel() {
      saga.tell(new SagaCommand.Cancel("CUSTOMER_REQUEST", "changed my mind", kit.system().ignoreRef(), null));
    }

    /** Kills the incarnation, like a hand-off that takes too long. */
    void isStopped() {
      kit.stop(saga, PATIENCE);
      calls.drainTo(late);
      saga = null;
    }

    /** Sends the stop message and expects that the actor stops. */
    void leaves(Runnable meanwhile) {
      saga.tell(RunningHome.leave());
      meanwhile.run();
      kit.<Message>createTestProbe().expectTerminated(saga, PATIENCE);
      saga = null;
    }

    /** Waits until that many events are on record and the incarnation has handled the last write. */
    void hasRecorded(int number) {
      awaitRecords(number);
      TestProbe<StatusReply<SagaState>> probe = kit.createTestProbe();
      saga.tell(new SagaCommand.Get(probe.getRef()));
      probe.receiveMessage(PATIENCE); // replied after the write is handled, when the timer of a back-off runs
    }

    boolean isAlive() {
      return saga != null;
    }

    Call expect(String name) {
      Call call = poll(PATIENCE);
      assertThat(call).as("a call of " + name).isNotNull();
      assertThat(call.name()).isEqualTo(name);
      return call;
    }

    /** The next call, if one is made within that time. */
    Call poll(Duration patience) {
      try {
        return calls.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }

    void expectAllSucceed(String... names) {
      for (String name : names) {
        succeeds(expect(name));
      }
    }
  }

  final LateJournal.Shared journal = LateJournal.create();
  private final SetClock clock = new SetClock(Instant.parse("2026-01-01T12:00:00Z"));
  private final SetClock steady = new SetClock(clock.instant());
  private final List<Node> nodes;
  /** Calls of stopped incarnations. None was answered or has taken effect so far. */
  final List<Call> late = new ArrayList<>();
  private String sagaId = "saga-0";
  World world = new World();

  SagaNodes(int number) {
    nodes = new ArrayList<>(IntStream.range(0, number).mapToObj(i -> new Node()).toList());
  }

  Node node(int number) {
    return nodes.get(number);
  }

  List<Node> alive() {
    return nodes.stream().filter(Node::isAlive).toList();
  }

  /** Starts over with another saga. */
  void nextSaga(String id) {
    alive().forEach(Node::isStopped);
    journal.holdNone();
    late.clear();
    sagaId = id;
    world = new World();
  }

  /** Lets the call take effect unless the service rejects it; returns whether it did. */
  boolean takesEffect(Call call) {
    if (call.name().startsWith("undo ")) {
      world.undo(call.name().substring("undo ".length()), clock.instant());
      return true;
    }
    if (call.name().equals("confirm")) {
      world.confirmed = true;
      return true;
    }
    return world.act(call.name(), call.details().validUntil(), clock.instant());
  }

  /** Lets the call take effect and succeed. A call that comes too late fails. */
  void succeeds(Call call) {
    if (takesEffect(call)) {
      call.succeedsWith("done");
    } else {
      call.fails();
    }
  }

  boolean isDone(String step) {
    return world.done.contains(step);
  }

  void timePasses(Duration duration) {
    clock.set(clock.instant().plus(duration));
    steady.set(steady.instant().plus(duration));
    nodes.stream().filter(node -> !node.frozen).forEach(node -> node.time.timePasses(duration));
  }

  List<SagaEvent> records() {
    return journal.events("saga-spec|" + sagaId).stream()
        .flatMap(group -> EventGroup.of(group, SagaEvent.class).stream()).toList();
  }

  SagaState recorded() {
    SagaState current = SagaState.NONE;
    for (SagaEvent event : records()) {
      current = current.apply(event);
    }
    return current;
  }

  void awaitRecords(int number) {
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(() -> records().size() >= number);
  }

  LateJournal.Held awaitHeld(int index) {
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(() -> journal.held().size() > index);
    return journal.held().get(index);
  }

  void awaitRefused(int number) {
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(() -> journal.refused() >= number);
  }

  /** Lets every further call succeed, on every node, until the saga's end is on record. */
  SagaState ends() {
    Awaitility.await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
      boolean called = false;
      for (Node node : alive().stream().filter(awake -> !awake.frozen).toList()) {
        for (Call call = node.poll(Duration.ofMillis(1)); call != null; call = node.poll(Duration.ZERO)) {
          succeeds(call);
          called = true;
        }
      }
      if (!called) {
        // A back-off may have to pass.
        timePasses(Duration.ofMillis(500));
      }
      return recorded().exists() && !recorded().state().isActive();
    });
    return recorded();
  }

  /** The effects of the steps match the saga's final status. */
  void assertEffects() {
    SagaState ended = recorded();
    if (ended.state() == SagaStatus.COMPLETED) {
      assertThat(world.done).containsExactlyInAnyOrderElementsOf(STEPS);
      assertThat(world.confirmed).isTrue();
    } else {
      assertThat(ended.state()).isEqualTo(SagaStatus.COMPENSATED);
      assertThat(world.done).as(() -> "left behind by " + records()).isEmpty();
      assertThat(world.confirmed).isFalse();
    }
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.kit.shutdownTestKit());
  }
}
