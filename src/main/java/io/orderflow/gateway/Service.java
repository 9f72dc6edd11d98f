package io.orderflow.gateway;

/** Whatever stands behind a service's name. */
interface Service {

  /** Sees to it that the exchange gets an answer or is refused; at once or later, on any thread. */
  void serve(Exchange exchange);
}
