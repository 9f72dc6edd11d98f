package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.operators.Reason;
import io.orderflow.payment.BreakerResponse.Transition;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.security.Scopes;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /ops/breakers}: this node's circuit breaker for the payment provider, with its latest transitions, and the control of all nodes' breakers. */
public final class BreakerRoutes extends Routes {

  /** The transitions that are kept; older ones are in the log. */
  private static final int REMEMBERED = 20;

  private final PaymentProvider provider;
  private final BreakerHold hold;
  private final OperatorActions actions;
  private final Deque<Transition> transitions = new ArrayDeque<>();

  /** @param hold the breakers of all nodes */
  BreakerRoutes(PaymentProvider provider, BreakerHold hold, OperatorActions actions, Clock clock) {
    this.provider = provider;
    this.hold = hold;
    this.actions = actions;
    provider.onTransition(state -> remember(new Transition(state, clock.instant())));
  }

  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("breakers", () -> concat(
        pathEnd(() -> get(Access.scope(Scopes.OPS_READ), caller -> complete(Json.response(200, breakers())))),
        pathPrefix(PaymentBreaker.NAME, () -> concat(
            path("force-open", () -> held("force-open", Optional.of(State.OPEN))),
            path("force-closed", () -> held("force-closed", Optional.of(State.CLOSED))),
            path("reset", () -> held("reset", Optional.empty())))))));
  }

  private Route held(String action, Optional<State> state) {
    return post(Access.scope(Scopes.OPS_WRITE), caller -> extractRequest(request -> body(Reason::read, reason -> answer(
        actions.record(OperatorActions.operator(caller, request), "breaker-" + action, PaymentBreaker.NAME, reason.text(), () -> hold.hold(state)),
        held -> Json.response(202, Map.of("allNodes", held.reached(), "breakers", breakers()))))));
  }

  private List<BreakerResponse> breakers() {
    return List.of(new BreakerResponse(provider.snapshot(), newestLast()));
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
