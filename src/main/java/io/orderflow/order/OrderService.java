package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.saga.Failure;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** Creates, confirms, cancels and reads orders. */
public final class OrderService {

  private final AggregateClient<Order.Command, Order.Event, Order.State, Order.State> orders;

  /** Hosts orders. */
  public OrderService(ActorSystem<?> system, Clock clock) {
    this.orders = Aggregates.host(system, type(clock));
  }

  /** An ended order is not stopped at once: the client that placed it usually reads it next. */
  static AggregateType<Order.Command, Order.Event, Order.State, Order.State> type(Clock clock) {
    return AggregateType.of(Order.NAME, Order.Event.class, new Order(clock)).shortLived(order -> false);
  }

  public CompletionStage<StepResult> create(StepCall<PlacedOrder> call) {
    return orders.ask(call.sagaId(), new Order.Create(call.input(), call.startedAt())).thenApply(order -> StepResult.done());
  }

  /** Cancels the order with the saga's failure as the reason. */
  public CompletionStage<StepResult> cancel(StepCall<PlacedOrder> call) {
    Failure failure = call.failure().orElseThrow();
    return orders.ask(call.sagaId(), new Order.Cancel(call.input(), call.startedAt(), failure.code(), failure.detail()))
        .thenApply(order -> StepResult.done());
  }

  /** Confirms the order with the ids of its payment's transaction and its shipment. */
  public CompletionStage<StepResult> confirm(StepCall<PlacedOrder> call) {
    return orders.ask(call.sagaId(), new Order.Confirm(
            call.resultOf(OrderSaga.CHARGE).orElse(null), call.resultOf(OrderSaga.SHIP).orElse(null)))
        .thenApply(order -> StepResult.done());
  }

  /** Reads the order, also from the archive. Rejected with ORDER_NOT_FOUND. */
  CompletionStage<Order.State> get(String orderId) {
    return orders.read(orderId, new Order.Get());
  }

  /** Starts the order's recovery ahead of the first command. */
  public void warmUp(String orderId) {
    orders.warmUp(orderId);
  }
}
