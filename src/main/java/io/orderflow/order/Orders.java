package io.orderflow.order;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Prompt;
import io.orderflow.saga.Failure;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import io.orderflow.store.StoredEvents;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Creates, confirms and cancels orders. */
public final class Orders {

  private static final Duration ASK = Duration.ofSeconds(4);

  private final ClusterSharding sharding;
  private final StoredEvents stored;
  private final ActorRef<StatusReply<Order.State>> nobody;

  public Orders(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
    this.nobody = system.ignoreRef();
  }

  public CompletionStage<StepResult> create(StepCall<PlacedOrder> call) {
    return ask(call.sagaId(), replyTo -> new Order.Create(call.input(), call.startedAt(), replyTo))
        .thenApply(order -> StepResult.done());
  }

  /** Cancels the order, with the saga's failure as its reason. */
  public CompletionStage<StepResult> cancel(StepCall<PlacedOrder> call) {
    Failure failure = call.failure().orElseThrow();
    return ask(call.sagaId(), replyTo -> new Order.Cancel(call.input(), call.startedAt(), failure.code(), failure.detail(), replyTo))
        .thenApply(order -> StepResult.done());
  }

  /** Confirms the order with what its payment and its shipment answered. */
  public CompletionStage<StepResult> confirm(StepCall<PlacedOrder> call) {
    return ask(call.sagaId(), replyTo -> new Order.Confirm(
            call.resultOf(OrderSaga.CHARGE).orElse(null), call.resultOf(OrderSaga.SHIP).orElse(null), replyTo))
        .thenApply(order -> StepResult.done());
  }

  /** The order, be it in the archive; refused with ORDER_NOT_FOUND. */
  CompletionStage<Order.State> get(String orderId) {
    return ask(orderId, Order.Get::new).exceptionallyCompose(failure ->
        stored.foldIfNotFound(failure, Order.KEY.name() + "|" + orderId, Order.Event.class, Order.State.NONE, Order::apply));
  }

  /** Has an order look for its events before it is needed: most have none, and need not be waited for then. */
  public void wake(String orderId) {
    sharding.entityRefFor(Order.KEY, orderId).tell(new Order.Get(nobody));
  }

  private CompletionStage<Order.State> ask(String orderId, Function<ActorRef<StatusReply<Order.State>>, Order.Command> command) {
    return Prompt.answer(sharding.entityRefFor(Order.KEY, orderId).askWithStatus(command::apply, ASK));
  }
}
