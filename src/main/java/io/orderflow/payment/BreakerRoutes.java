package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.payment.BreakerResponse.Transition;
import io.orderflow.security.Scopes;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** {@code /ops/breakers}: this node's circuit breaker for the payment provider, with its latest transitions. */
public final class BreakerRoutes extends Routes {

  /** The transitions that are kept; older ones are in the log. */
  private static final int REMEMBERED = 20;

  private final PaymentProvider provider;
  private final Deque<Transition> transitions = new ArrayDeque<>();

  public BreakerRoutes(PaymentProvider provider, Clock clock) {
    this.provider = provider;
    provider.onTransition(state -> remember(new Transition(state, clock.instant())));
  }

  public Route routes() {
    return pathPrefix("ops", () -> path("breakers", () -> get(Access.scope(Scopes.OPS_READ), caller ->
        complete(Json.response(200, List.of(new BreakerResponse(provider.snapshot(), newestLast())))))));
  }

  private void remember(Transition transition) {
    synchronized (transitions) {
      transitions.add(transition);
      if (transitions.size() > REMEMBERED) {
        transitions.remove();
      }
    }
  }

  private List<Transition> newestLast() {
    synchronized (transitions) {
      return List.copyOf(transitions);
    }
  }
}
