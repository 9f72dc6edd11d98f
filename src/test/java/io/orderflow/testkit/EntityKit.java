package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Rejection;
import java.util.List;
import java.util.function.Function;

/**
 * One event-sourced actor under specification: given commands, expects events and replies; each message, event and state goes through the real
 * serialiser.
 */
public final class EntityKit<C, E, S> implements AutoCloseable {

  /** The node's configuration without its cluster, on a journal in memory. */
  public static final Config CONFIG = ConfigFactory.parseString("""
          akka.actor.provider = local
          akka.persistence.testkit { events.serialize = on, snapshots.serialize = on }
          """)
      .withFallback(EventSourcedBehaviorTestKit.config())
      .withFallback(Configuration.over(ConfigFactory.empty()));

  private final ActorTestKit kit = ActorTestKit.create(CONFIG);
  private final EventSourcedBehaviorTestKit<Object, E, S> aggregate;

  @SuppressWarnings("unchecked") // it is told nothing but its commands
  public EntityKit(Behavior<C> behavior) {
    this.aggregate = EventSourcedBehaviorTestKit.create(kit.system(), (Behavior<Object>) behavior);
  }

  /** Tells it the command and answers with what it replied, persisted and became. */
  public <R> EventSourcedBehaviorTestKit.CommandResultWithReply<Object, E, S, StatusReply<R>> tell(
      Function<ActorRef<StatusReply<R>>, C> command) {
    return aggregate.runCommand((ActorRef<StatusReply<R>> replyTo) -> command.apply(replyTo));
  }

  /** Tells it a command that has no reply, and answers with what it persisted. */
  public List<E> tellOnly(C command) {
    return aggregate.runCommand(command).events();
  }

  /** Expects that the command is refused with the code and persists nothing. */
  public <R> void refuses(Function<ActorRef<StatusReply<R>>, C> command, String code) {
    var result = this.<R>tell(command);
    assertThat(result.hasNoEvents()).isTrue();
    assertThat(result.reply().isError()).isTrue();
    assertThat(Rejection.in(result.reply().getError()).orElseThrow().code()).isEqualTo(code);
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
