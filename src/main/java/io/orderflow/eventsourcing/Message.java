package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Rejection;

/** The messages to hosted aggregates and to homes. Each process of a home adds its own. */
public interface Message {

  /** Whether the server has just made the entity's id for this message, and nothing was stored under it before. */
  default boolean isForNewId() {
    return false;
  }

  /** On whose behalf the message was sent: the subject of an access token; null for nobody's, as with messages of sagas and in open mode. */
  default String actor() {
    return null;
  }

  /** Replies to the sender that the message was not handled; does nothing if no reply is expected. */
  default void reject(Rejection rejection) {}

  /**
   * A command to an aggregate and the address for the reply.
   *
   * @param aggregate the name of its type
   */
  record Ask<C, R>(String aggregate, C command, ActorRef<StatusReply<R>> replyTo, String actor) implements Message {

    /** A command on nobody's behalf. */
    public Ask(String aggregate, C command, ActorRef<StatusReply<R>> replyTo) {
      this(aggregate, command, replyTo, null);
    }

    void answer(Decision<?, R> decision) {
      replyTo.tell(decision.rejection() == null ? StatusReply.success(decision.reply()) : decision.rejection().reply());
    }

    void fail(String message) {
      replyTo.tell(StatusReply.error(message));
    }

    @Override
    public void reject(Rejection rejection) {
      replyTo.tell(rejection.reply());
    }
  }

  /** Messages without content. */
  enum Signal implements Message {
    /**
     * Stop once the write in flight has succeeded or failed. Akka's PoisonPill would be lost if that write failed. The shard would then
     * wait for the entity's termination for ever, and buffer every message to it.
     */
    LEAVE
  }
}
