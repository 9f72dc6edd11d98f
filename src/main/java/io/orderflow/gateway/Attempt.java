package io.orderflow.gateway;

import akka.http.javadsl.model.HttpResponse;

/** One try to have an exchange answered by an instance of a service. */
final class Attempt {

  private final Tries tries;
  private final Attempt previous;
  private final boolean fresh;
  private final long began = System.nanoTime();
  private volatile Instance instance;
  private volatile Connection connection;
  private volatile boolean aborted;

  /**
   * @param previous the try before; null if this is the first
   * @param fresh whether it must have a new connection, because that of the try before was lost
   */
  Attempt(Tries tries, Attempt previous, boolean fresh) {
    this.tries = tries;
    this.previous = previous;
    this.fresh = fresh;
  }

  Exchange exchange() {
    return tries.exchange();
  }

  /** The instance that the try before was sent to; null if there was none. Others are chosen first. */
  Instance previousInstance() {
    return previous == null ? null : previous.instance;
  }

  /** Sends the request to the instance. */
  void carriedBy(Instance carrier) {
    instance = carrier;
    if (fresh) {
      carrier.carryFresh(this);
    } else {
      carrier.carry(this);
    }
  }

  /** Sets the connection. If the exchange has ended already, the connection is aborted. */
  void carriedBy(Connection carrier) {
    connection = carrier;
    if (aborted || exchange().hasEnded()) {
      carrier.abort(this);
    }
  }

  /** Ends the try with the service's response; false if the response isn't passed on, so that its body must be discarded. */
  boolean answer(HttpResponse response) {
    return tries.answered(this, response);
  }

  /** Ends the try without a usable response. */
  void fail(Failure failure) {
    tries.failed(this, failure);
  }

  /** Ends the try, because its response is no longer needed. */
  void abort() {
    aborted = true;
    Connection carrier = connection;
    if (carrier != null) {
      carrier.abort(this);
    }
  }

  /** Has the instance left out if it has answered no request since this one was sent to it: it is dead, frozen or cut off. */
  void unanswered() {
    Instance silent = instance;
    if (silent != null && silent.lastAnswer() - began < 0) {
      silent.leaveOut();
    }
  }
}
