package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;

/** The messages of a saga's actor: commands of clients, and messages that it sends to itself. */
sealed interface SagaCommand extends CborSerializable {

  /**
   * Starts the saga. A saga that exists, in the journal or in the archive, stays as it is. The reply is the saga's state in both cases.
   *
   * @param newId whether the id was never used before, so that the archive need not be read
   */
  record Start(JsonNode input, boolean newId, ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Asks for the state. */
  record Get(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Asks for the state once the saga has ended. */
  record AwaitEnd(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Compensates the saga on a client's request. */
  record Cancel(String code, String detail, ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Retries the failed compensations. */
  record Retry(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** A compensation failed after its service had answered success. */
  record CompensationFailed(String step, String error) implements SagaCommand {}

  /** Loads the saga into memory. It resumes by itself. */
  enum Wake implements SagaCommand { INSTANCE }

  /** The outcome of a pending call may be known: repeats the call at once. */
  enum AskAgain implements SagaCommand { INSTANCE }

  /** Stops the actor once the write under way has succeeded or failed. */
  enum Stop implements SagaCommand { INSTANCE }

  /** To itself: the recovery is complete. */
  enum Resume implements SagaCommand { INSTANCE }

  /** To itself: the result of reading the archive. */
  record LookedUp(Start start, SagaState past, Throwable failure) implements SagaCommand {}

  /** To itself: the outcome of a call. @param result null if the call failed */
  record Answered(long call, StepResult result, String failure) implements SagaCommand {}

  /** To itself: the call was not answered in time. */
  record TimedOut(long call) implements SagaCommand {}

  /** To itself: the pause before the next attempt of the call is over. */
  record BackoffOver(long call) implements SagaCommand {}

  /** To itself: no message has come for {@link SagaSettings#keepInMemory}. */
  enum Idle implements SagaCommand { INSTANCE }
}
