package io.orderflow.console;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.operators.Reason;
import io.orderflow.order.OrderPlacement;
import io.orderflow.order.OrderSaga;
import io.orderflow.payment.PaymentService;
import io.orderflow.saga.SagaDirectory;
import io.orderflow.saga.SagaView;
import io.orderflow.security.Caller;
import io.orderflow.security.Scopes;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Operators' actions on one order, each with a reason that is recorded: its cancellation, or a step repeated now instead of after its back-off. */
public final class OrderActionRoutes extends Routes {

  private static final Access WRITERS = Access.scope(Scopes.OPS_WRITE);

  private final OrderPlacement orders;
  private final PaymentService payments;
  private final SagaDirectory sagas;
  private final OperatorActions actions;

  OrderActionRoutes(OrderPlacement orders, PaymentService payments, SagaDirectory sagas, OperatorActions actions) {
    this.orders = orders;
    this.payments = payments;
    this.sagas = sagas;
    this.actions = actions;
  }

  public Route routes() {
    return pathPrefix("ops", () -> concat(
        pathPrefix("orders", () -> id("orderId", order -> path("cancel", () -> acted("cancel-order", order, caller -> orders.as(caller.actor()).cancel(order).thenApply(saga ->
            Map.of("orderId", order, "state", saga.state())))))),
        pathPrefix("sagas", () -> id("sagaId", saga -> pathPrefix("steps", () -> id("step", step -> path("retry-now", () ->
            acted("retry-now:" + step, saga, caller -> retryNow(saga, step)))))))));
  }

  private <T> Route acted(String action, String target, Function<Caller, CompletionStage<T>> carryOut) {
    return post(WRITERS, caller -> extractRequest(request -> body(Reason::read, reason -> answer(
        actions.record(OperatorActions.operator(caller, request), action, target, reason.text(), () -> carryOut.apply(caller)), done -> Json.response(202, done)))));
  }

  /** A queued payment is made by the queue, not by its saga: then the payment itself is attempted. */
  private CompletionStage<SagaView> retryNow(String saga, String step) {
    if (!step.equals(OrderSaga.CHARGE)) {
      return sagas.retryNow(saga, step);
    }
    return payments.attemptNow(saga).thenCompose(queued -> queued ? sagas.get(saga) : sagas.retryNow(saga, step));
  }
}
