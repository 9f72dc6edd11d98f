package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Rejection;

/** What a hosted aggregate's actor is told. */
sealed interface Message {

  /** A command and who waits for the reply. */
  record Ask<C, R>(C command, ActorRef<StatusReply<R>> replyTo) implements Message {

    void answer(Decision<?, R> decision) {
      replyTo.tell(decision.rejection() == null ? StatusReply.success(decision.reply()) : decision.rejection().reply());
    }

    void reject(Rejection rejection) {
      replyTo.tell(rejection.reply());
    }
  }

  /** Messages without content. */
  enum Signal implements Message {
    /** It is to recover from the journal now: a command will follow. */
    WARM_UP,
    /**
     * It is to leave memory when the write under way has succeeded or failed. Akka's PoisonPill would be lost with a write that fails; the shard would
     * then wait for the entity's end for ever and keep every message that is sent to it.
     */
    LEAVE
  }
}
