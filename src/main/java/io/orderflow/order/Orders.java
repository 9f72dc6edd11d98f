package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import io.orderflow.saga.Failure;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import io.orderflow.store.StoredEvents;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Creates, confirms and cancels orders. */
public final class Orders {

  private static final Duration ASK = Duration.ofSeconds(4);

  private final ClusterSharding sharding;
  private final StoredEvents stored;

  public Orders(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
  }

  public CompletionStage<StepResult> create(StepCall<PlacedOrder> call) {
    return order(call.sagaId()).<Order.State>askWithStatus(replyTo -> new Order.Create(call.input(), replyTo), ASK)
        .thenApply(order -> StepResult.done());
  }

  /** Cancels the order, with the saga's failure as its reason. */
  public CompletionStage<StepResult> cancel(StepCall<PlacedOrder> call) {
    Failure failure = call.failure().orElseThrow();
    return order(call.sagaId()).<Order.State>askWithStatus(
        replyTo -> new Order.Cancel(call.input(), failure.code(), failure.detail(), replyTo), ASK)
        .thenApply(order -> StepResult.done());
  }

  /** Confirms the order with what its payment and its shipment answered. */
  public CompletionStage<StepResult> confirm(StepCall<PlacedOrder> call) {
    return order(call.sagaId()).<Order.State>askWithStatus(replyTo -> new Order.Confirm(
            call.resultOf(OrderSaga.CHARGE).orElse(null), call.resultOf(OrderSaga.SHIP).orElse(null), replyTo), ASK)
        .thenApply(order -> StepResult.done());
  }

  /** The order, be it in the archive; refused with ORDER_NOT_FOUND. */
  CompletionStage<Order.State> get(String orderId) {
    return order(orderId).<Order.State>askWithStatus(Order.Get::new, ASK).exceptionallyCompose(failure ->
        stored.foldIfNotFound(failure, Order.KEY.name() + "|" + orderId, Order.Event.class, Order.State.NONE, Order::apply));
  }

  private EntityRef<Order.Command> order(String orderId) {
    return sharding.entityRefFor(Order.KEY, orderId);
  }
}
