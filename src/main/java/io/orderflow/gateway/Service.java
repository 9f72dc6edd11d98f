package io.orderflow.gateway;

/** Handles the requests for one service name. */
interface Service {

  /** Completes the exchange with a response or a rejection, at once or later, on any thread. */
  void serve(Exchange exchange);
}
