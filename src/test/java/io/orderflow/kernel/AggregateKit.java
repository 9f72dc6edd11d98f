package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.aggregate.Aggregate;
import io.orderflow.aggregate.GroupCommitKit;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;

/**
 * One aggregate under specification: given commands, expects events and replies; each message, event and state goes through the real
 * serialiser. The clock stands at {@link #NOW}.
 */
public final class AggregateKit<C, E, S> implements AutoCloseable {

  public static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  /** The node's configuration without its cluster, on a journal in memory. */
  public static final Config CONFIG = ConfigFactory.parseString("""
          akka.actor.provider = local
          akka.persistence.testkit { events.serialize = on, snapshots.serialize = on }
          """)
      .withFallback(EventSourcedBehaviorTestKit.config())
      .withFallback(Configuration.over(ConfigFactory.empty()));

  private final ActorTestKit kit = ActorTestKit.create(CONFIG);
  private final EventSourcedBehaviorTestKit<Object, E, S> aggregate;
  private final Function<C, Object> told;

  @SuppressWarnings("unchecked") // it is told nothing but its commands
  public AggregateKit(Behavior<C> behavior) {
    this.aggregate = EventSourcedBehaviorTestKit.create(kit.system(), (Behavior<Object>) behavior);
    this.told = command -> command;
  }

  /** An aggregate whose commands share writes; here each has one of its own. */
  public AggregateKit(String persistenceId, Aggregate<?, E, S> functions, int snapshotEvery) {
    GroupCommitKit commit = new GroupCommitKit(kit);
    // Batches stay within the node; each command is verified on its own.
    this.aggregate = EventSourcedBehaviorTestKit.create(kit.system(), commit.writer(persistenceId, functions, snapshotEvery),
        EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
    this.told = command -> commit.batch(kit.serializationTestKit().verifySerialization(command, false));
  }

  /** Tells it the command and answers with what it replied, persisted and became. */
  public <R> EventSourcedBehaviorTestKit.CommandResultWithReply<Object, E, S, StatusReply<R>> tell(
      Function<ActorRef<StatusReply<R>>, C> command) {
    return aggregate.runCommand((ActorRef<StatusReply<R>> replyTo) -> told.apply(command.apply(replyTo)));
  }

  /** Tells it a command that has no reply, and answers with what it persisted. */
  public List<E> tellOnly(C command) {
    return aggregate.runCommand(told.apply(command)).events();
  }

  /** Expects that the command is refused with the code and persists nothing. */
  public <R> void refuses(Function<ActorRef<StatusReply<R>>, C> command, String code) {
    var result = this.<R>tell(command);
    assertThat(result.hasNoEvents()).isTrue();
    assertThat(result.reply().isError()).isTrue();
    assertThat(Refusal.in(result.reply().getError()).orElseThrow().code()).isEqualTo(code);
  }

  /** Expects that the command is answered as a success and persists nothing. */
  public <R> R changesNothing(Function<ActorRef<StatusReply<R>>, C> command) {
    var result = this.<R>tell(command);
    assertThat(result.hasNoEvents()).isTrue();
    return result.reply().getValue();
  }

  /** It stops and comes back from its journal. */
  public S restart() {
    return aggregate.restart().state();
  }

  /** Waits until it has stored a snapshot, its first or the next one. */
  public S awaitSnapshot(String persistenceId, Class<S> state) {
    return aggregate.snapshotTestKit().orElseThrow().expectNextPersistedClass(persistenceId, state);
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
