package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.eventsourcing.Message;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Instant;

/** The messages to a saga. */
sealed interface SagaCommand extends Message, CborSerializable {

  /** A message to which the saga's state is the reply. */
  sealed interface Answered extends SagaCommand {

    ActorRef<StatusReply<SagaState>> replyTo();

    @Override
    default void reject(Rejection rejection) {
      replyTo().tell(rejection.reply());
    }
  }

  /**
   * Starts the saga. A saga that exists, in the journal or in the archive, stays as it is. The reply is the saga's state in both cases.
   *
   * @param newId whether the id was never used before, so that neither the journal nor the archive need be read
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Start(JsonNode input, boolean newId, ActorRef<StatusReply<SagaState>> replyTo, String actor) implements Answered {

    @Override
    public boolean isForNewId() {
      return newId;
    }
  }

  /** Asks for the state. */
  record Get(ActorRef<StatusReply<SagaState>> replyTo) implements Answered {}

  /** Asks for the state once the saga has ended. */
  record AwaitEnd(ActorRef<StatusReply<SagaState>> replyTo) implements Answered {}

  /** Compensates the saga on a client's request. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Cancel(String code, String detail, ActorRef<StatusReply<SagaState>> replyTo, String actor) implements Answered {}

  /** Retries the failed compensations. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Retry(ActorRef<StatusReply<SagaState>> replyTo, String actor) implements Answered {}

  /** Repeats the call of this step at once instead of after its back-off. */
  record RetryNow(String step, ActorRef<StatusReply<SagaState>> replyTo) implements Answered {}

  /** Asks when the call under way is repeated. */
  record GetNextAttempt(ActorRef<StatusReply<NextAttempt>> replyTo) implements SagaCommand {

    @Override
    public void reject(Rejection rejection) {
      replyTo().tell(rejection.reply());
    }
  }

  /** @param at null if the call is in flight, or none is under way */
  record NextAttempt(Instant at) implements CborSerializable {}

  /** A compensation failed after its service had answered success. */
  record CompensationFailed(String step, String error) implements SagaCommand {}

  /** Loads the saga into memory. It resumes by itself. */
  enum Wake implements SagaCommand { INSTANCE }

  /** The outcome of a pending call may be known: repeats the call at once. */
  enum AskAgain implements SagaCommand { INSTANCE }
}
