package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;

/** What can be asked of a saga, and what it tells itself. */
sealed interface SagaCommand extends CborSerializable {

  /**
   * Starts it; a saga that exists, be it in the archive, is left as it is. Answers with its progress either way.
   *
   * @param newId whether the id was never used before, so that the archive need not be asked
   */
  record Start(JsonNode input, boolean newId, ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Asks how far it has come. */
  record Get(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Asks for its progress once it has come to rest. */
  record AwaitEnd(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Has it undone on the client's behalf. */
  record Cancel(String code, String detail, ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** Takes up the failed compensations again. */
  record Retry(ActorRef<StatusReply<SagaState>> replyTo) implements SagaCommand {}

  /** A compensation that had been taken over as done could not be made after all. */
  record CompensationFailed(String step, String error) implements SagaCommand {}

  /** Brings it back into memory, where it goes on by itself. */
  enum Wake implements SagaCommand { INSTANCE }

  /** What its step waits for may have come: the service is asked again at once. */
  enum AskAgain implements SagaCommand { INSTANCE }

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements SagaCommand { INSTANCE }

  /** To itself: it has recovered and goes on. */
  enum Resume implements SagaCommand { INSTANCE }

  /** To itself: what the archive has of it. */
  record LookedUp(Start start, SagaState past, Throwable failure) implements SagaCommand {}

  /** To itself: what the service answered to that call. @param result null when it failed */
  record Answered(long call, StepResult result, String failure) implements SagaCommand {}

  /** To itself: that call was not answered in time. */
  record TimedOut(long call) implements SagaCommand {}

  /** To itself: that call is to be made again. */
  record BackoffOver(long call) implements SagaCommand {}

  /** To itself: nothing has come for a while. */
  enum Idle implements SagaCommand { INSTANCE }
}
