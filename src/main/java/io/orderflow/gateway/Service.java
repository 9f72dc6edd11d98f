package io.orderflow.gateway;

/** Handles the requests for one service name. */
interface Service {

  /** Ends the attempt with a response or a failure, at once or later, on any thread. */
  void serve(Attempt attempt);

  /** Whether requests are held and repeated while the service can't serve them. */
  boolean isHeld();
}
