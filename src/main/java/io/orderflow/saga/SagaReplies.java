package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Rejection;
import java.util.ArrayList;
import java.util.List;

/** The replies of one saga to its clients, and the clients that wait for its end. Not thread-safe: {@link Saga} owns it. */
final class SagaReplies {

  /** Bounds the memory of one saga. */
  private static final int MAX_WAITING = 64;

  private final List<ActorRef<StatusReply<SagaState>>> waiting = new ArrayList<>();

  /**
   * Keeps a client until {@link #ended}.
   *
   * @return false if too many clients wait already
   */
  boolean await(ActorRef<StatusReply<SagaState>> client) {
    return waiting.size() < MAX_WAITING && waiting.add(client);
  }

  /** Replies to every client that waits. */
  void ended(SagaState saga) {
    waiting.forEach(client -> client.tell(StatusReply.success(saga)));
    waiting.clear();
  }

  /** Rejects every client that waits, because the saga leaves its node. The client asks again. */
  void moved() {
    waiting.forEach(client -> client.tell(Rejection.moved().reply()));
    waiting.clear();
  }

  /** The saga's state, or the rejection SAGA_NOT_FOUND. */
  static StatusReply<SagaState> of(SagaState saga) {
    return saga.exists() ? StatusReply.success(saga) : Rejection.notFound("SAGA_NOT_FOUND", "there is no such saga").reply();
  }

  /** The reply to a cancellation that changes nothing. */
  static StatusReply<SagaState> notCancelled(SagaState saga) {
    boolean tooLate = saga.state() == SagaStatus.RUNNING || saga.state() == SagaStatus.COMPLETED;
    return tooLate ? tooLate().reply() : of(saga);
  }

  /** The reply to a retry that changes nothing. */
  static StatusReply<SagaState> notRetried(SagaState saga) {
    return saga.exists() ? nothingToRetry().reply() : of(saga);
  }

  /** The reply to a retry of a step that does not wait for its next attempt. */
  static StatusReply<SagaState> notWaiting(SagaState saga) {
    return saga.exists() ? notWaiting().reply() : of(saga);
  }

  static Rejection notWaiting() {
    return Rejection.conflict("STEP_NOT_WAITING", "the saga does not wait to repeat this step");
  }

  static Rejection tooLate() {
    return Rejection.conflict("TOO_LATE", "all steps have succeeded already");
  }

  static Rejection nothingToRetry() {
    return Rejection.conflict("NOTHING_TO_RETRY", "the saga has no failed compensation");
  }
}
