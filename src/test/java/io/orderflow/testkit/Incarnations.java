package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.pattern.StatusReply;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import com.typesafe.config.ConfigFactory;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Two nodes that share a journal, and one aggregate that lives on both: an older incarnation and a newer one. */
public final class Incarnations<C> implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration ASK = Duration.ofMillis(500);

  /** One of them. */
  public final class Incarnation {
    private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local")
        .withFallback(journal.settings())
        .withFallback(PersistenceTestKitSnapshotPlugin.getInstance().config())
        .withFallback(Configuration.over(ConfigFactory.empty())));
    private ActorRef<C> entity;

    /** It recovers from what the journal has now. */
    public void spawns() {
      entity = kit.spawn(behavior.get());
    }

    /** Tells it the command; the answer comes to the probe, or never. */
    public <R> TestProbe<StatusReply<R>> tell(Function<ActorRef<StatusReply<R>>, C> command) {
      TestProbe<StatusReply<R>> probe = kit.createTestProbe();
      entity.tell(command.apply(probe.ref()));
      return probe;
    }

    /** The node that it lives on. */
    public ActorSystem<?> system() {
      return kit.system();
    }

    /** Tells it the command, again and again until it answers that it was handled, as a saga does. */
    public <R> StatusReply<R> ask(Function<ActorRef<StatusReply<R>>, C> command) {
      return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
        try {
          return Optional.of(this.<R>tell(command).receiveMessage(ASK)).filter(reply -> !reply.isError() || !Rejection.isMoved(reply.getError()));
        } catch (AssertionError unanswered) {
          return Optional.<StatusReply<R>>empty();
        }
      }, Optional::isPresent).orElseThrow();
    }

    /** Asks it until it answers, and expects that it refuses with this code. */
    public <R> void refuses(Function<ActorRef<StatusReply<R>>, C> command, String code) {
      StatusReply<R> reply = this.<R>ask(command);
      assertThat(reply.isError()).as(() -> reply.toString()).isTrue();
      assertThat(Rejection.in(reply.getError()).orElseThrow().code()).isEqualTo(code);
    }
  }

  public final LateJournal.Shared journal = LateJournal.create();
  private final Supplier<Behavior<C>> behavior;
  public final Incarnation older;
  public final Incarnation newer;

  /** @param behavior makes an incarnation */
  public Incarnations(Supplier<Behavior<C>> behavior) {
    this.behavior = behavior;
    this.older = new Incarnation();
    this.newer = new Incarnation();
  }

  /** The writes of the older one, which is told this now, do not reach the journal before the spec lets them. */
  public <R> LateJournal.Held olderWritesLate(Function<ActorRef<StatusReply<R>>, C> command) {
    journal.holdIf(all -> true);
    older.tell(command);
    LateJournal.Held held = awaitHeld();
    journal.holdNone();
    return held;
  }

  /** The older one is told to leave memory while a write of it is on its way, which then fails: it leaves. */
  public <R> void olderLeavesThoughItsWriteFails(Function<ActorRef<StatusReply<R>>, C> command, C stop) {
    LateJournal.Held write = olderWritesLate(command);
    older.entity.tell(stop);
    write.isGivenUp();
    older.kit.<C>createTestProbe().expectTerminated(older.entity, PATIENCE);
  }

  /** The write that is held next. */
  public LateJournal.Held awaitHeld() {
    return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
        .until(() -> journal.held().stream().findFirst(), Optional::isPresent).orElseThrow();
  }

  @Override
  public void close() {
    older.kit.shutdownTestKit();
    newer.kit.shutdownTestKit();
  }
}
