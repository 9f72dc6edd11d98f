package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** {@code /ops/breakers}: the breaker of this node before the payment provider, and its last transitions. */
public final class BreakerRoutes extends Routes {

  /** Transitions that are shown; older ones are in the log. */
  private static final int REMEMBERED = 20;

  private record Transition(BreakerSnapshot.State to, Instant at) {}

  private record BreakerView(@JsonUnwrapped BreakerSnapshot breaker, List<Transition> transitions) {}

  private final PaymentProvider provider;
  private final Deque<Transition> transitions = new ArrayDeque<>();

  public BreakerRoutes(PaymentProvider provider, Clock clock) {
    this.provider = provider;
    provider.onTransition(state -> remember(new Transition(state, clock.instant())));
  }

  /** The route {@code /ops/breakers}. */
  public Route routes() {
    return pathPrefix("ops", () -> path("breakers", () -> get(() ->
        complete(Json.response(200, List.of(new BreakerView(provider.snapshot(), newestLast())))))));
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
