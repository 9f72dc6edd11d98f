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

/** Creates, confirms and cancels orders. */
public final class OrderService {

  private final AggregateClient<Order.Command, Order.Event, Order.State, Order.State> orders;

  /** Hosts orders. */
  public OrderService(ActorSystem<?> system, Clock clock) {
    this.orders = Aggregates.host(system, type(clock));
  }

  /** An order that has ended stays in memory for a moment: whoever placed it is told of its end. */
  static AggregateType<Order.Command, Order.Event, Order.State, Order.State> type(Clock clock) {
    return AggregateType.of(Order.NAME, Order.Event.class, new Order(clock)).shortLived(order -> false);
  }

  public CompletionStage<StepResult> create(StepCall<PlacedOrder> call) {
    return orders.ask(call.sagaId(), new Order.Create(call.input(), call.startedAt())).thenApply(order -> StepResult.done());
  }

  /** Cancels the order, with the saga's failure as its reason. */
  public CompletionStage<StepResult> cancel(StepCall<PlacedOrder> call) {
    Failure failure = call.failure().orElseThrow();
    return orders.ask(call.sagaId(), new Order.Cancel(call.input(), call.startedAt(), failure.code(), failure.detail()))
        .thenApply(order -> StepResult.done());
  }

  /** Confirms the order with what its payment and its shipment answered. */
  public CompletionStage<StepResult> confirm(StepCall<PlacedOrder> call) {
    return orders.ask(call.sagaId(), new Order.Confirm(
            call.resultOf(OrderSaga.CHARGE).orElse(null), call.resultOf(OrderSaga.SHIP).orElse(null)))
        .thenApply(order -> StepResult.done());
  }

  /** The order, archived or not; rejected with ORDER_NOT_FOUND. */
  CompletionStage<Order.State> get(String orderId) {
    return orders.read(orderId, new Order.Get());
  }

  /** Has an order recover before it is needed. */
  public void warmUp(String orderId) {
    orders.warmUp(orderId);
  }
}
