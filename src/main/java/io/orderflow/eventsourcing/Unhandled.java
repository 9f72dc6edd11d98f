package io.orderflow.eventsourcing;

import akka.actor.AllDeadLetters;
import akka.actor.UnhandledMessage;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.persistence.typed.internal.InternalProtocol;
import io.orderflow.kernel.Rejection;

/**
 * Rejects messages that no entity will handle, because the entity or its shard stopped with the message in its mailbox or stash: the sender learns at
 * once that it can repeat the message, and need not wait for its time-out. Akka reports such messages as dead letters of the node that lost them.
 */
final class Unhandled implements Extension {

  private static final class Id extends ExtensionId<Unhandled> {
    private static final Id INSTANCE = new Id();

    @Override
    public Unhandled createExtension(ActorSystem<?> system) {
      return new Unhandled(system);
    }
  }

  private Unhandled(ActorSystem<?> system) {
    system.systemActorOf(rejecting(), "unhandled-messages", Props.empty());
  }

  /** Starts it on the node, unless it runs already. */
  static void reject(ActorSystem<?> system) {
    Id.INSTANCE.apply(system);
  }

  private static Behavior<Object> rejecting() {
    return Behaviors.setup(context -> {
      var stream = context.getSystem().eventStream();
      stream.tell(new EventStream.Subscribe<>(AllDeadLetters.class, context.messageAdapter(AllDeadLetters.class, AllDeadLetters::message)));
      stream.tell(new EventStream.Subscribe<>(UnhandledMessage.class, context.messageAdapter(UnhandledMessage.class, UnhandledMessage::message)));
      return Behaviors.receive(Object.class).onAnyMessage(message -> {
        reject(message);
        return Behaviors.same();
      }).build();
    });
  }

  /** Whatever Akka has wrapped the message in. */
  private static void reject(Object message) {
    if (message instanceof Message lost) {
      lost.reject(Rejection.moved());
    } else if (message instanceof ShardingEnvelope<?> envelope) {
      reject(envelope.message());
    } else if (message instanceof InternalProtocol.IncomingCommand<?> stashed) {
      reject(stashed.c());
    } else if (message instanceof AllDeadLetters dropped) {
      // A region that hands a shard off sends what has come for it meanwhile to the dead letters, already wrapped once.
      reject(dropped.message());
    }
  }
}
