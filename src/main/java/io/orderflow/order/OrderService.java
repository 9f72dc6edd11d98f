package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.saga.Failure;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** Creates, confirms and cancels orders. An order lives in the home of its saga. */
public final class OrderService {

  private final AggregateType<Order.Command, Order.Event, Order.State, Order.State> type;
  private final AggregateClient<Order.Command, Order.Event, Order.State, Order.State> orders;

  public OrderService(ActorSystem<?> system, Clock clock) {
    this.type = type(clock);
    this.orders = AggregateClient.ofHomes(system, OrderSaga.HOME, type);
  }

  static AggregateType<Order.Command, Order.Event, Order.State, Order.State> type(Clock clock) {
    return AggregateType.of(Order.NAME, Order.Event.class, new Order(clock));
  }

  /** The aggregate, for the home that hosts it. */
  AggregateType<?, ?, ?, ?> type() {
    return type;
  }

  public StepResult create(StepCall<PlacedOrder> call) {
    call.home().decide(type, new Order.Create(call.input(), call.startedAt()));
    return StepResult.done();
  }

  /** Cancels the order with the saga's failure as the reason. */
  public StepResult cancel(StepCall<PlacedOrder> call) {
    Failure failure = call.failure().orElseThrow();
    call.home().decide(type, new Order.Cancel(call.input(), call.startedAt(), failure.code(), failure.detail()));
    return StepResult.done();
  }

  /** Confirms the order with the ids of its payment's transaction and its shipment. */
  public StepResult confirm(StepCall<PlacedOrder> call) {
    call.home().decide(type, new Order.Confirm(
        call.resultOf(OrderSaga.CHARGE).orElse(null), call.resultOf(OrderSaga.SHIP).orElse(null)));
    return StepResult.done();
  }

  /** Reads the order, also from the archive. Rejected with ORDER_NOT_FOUND. */
  CompletionStage<Order.State> get(String orderId) {
    return orders.read(orderId, new Order.Get());
  }
}
