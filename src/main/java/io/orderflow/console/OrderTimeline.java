package io.orderflow.console;

import akka.actor.typed.ActorSystem;
import akka.stream.javadsl.Sink;
import io.orderflow.console.TimelineResponse.Happening;
import io.orderflow.console.TimelineResponse.Step;
import io.orderflow.journal.StoredEvents;
import io.orderflow.kernel.Rejection;
import io.orderflow.operators.OperatorAction;
import io.orderflow.operators.OperatorActions;
import io.orderflow.order.Order;
import io.orderflow.order.OrderHistory;
import io.orderflow.order.OrderPlacement;
import io.orderflow.order.OrderResponse;
import io.orderflow.order.OrderSaga;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentEvent;
import io.orderflow.payment.PaymentHistory;
import io.orderflow.payment.PaymentResponse;
import io.orderflow.payment.PaymentService;
import io.orderflow.payment.PaymentState;
import io.orderflow.saga.SagaEvent;
import io.orderflow.saga.SagaHistory;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.StepRecord;
import io.orderflow.shipping.Shipment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Gathers all that an operator sees of one order. Order, saga, payment and shipment of one id are stored together, so their events are read at once. */
final class OrderTimeline {

  /**
   * A payment and what it waits for.
   *
   * @param payment null if nothing is recorded
   * @param place in the queue, from 1; 0 if it is not in it
   * @param openBreakers the nodes whose breaker for the payment provider is open
   */
  private record Queued(PaymentState payment, int place, int openBreakers) {}

  private static final int MOST_ACTIONS = 100;

  private final ActorSystem<?> system;
  private final StoredEvents stored;
  private final OrderPlacement orders;
  private final PaymentService payments;
  private final NodeReports nodes;
  private final OperatorActions actions;

  OrderTimeline(ActorSystem<?> system, OrderPlacement orders, PaymentService payments, NodeReports nodes, OperatorActions actions) {
    this.nodes = nodes;
    this.actions = actions;
    this.system = system;
    this.stored = new StoredEvents(system);
    this.orders = orders;
    this.payments = payments;
  }

  /** Reads the order's timeline. Rejected with ORDER_NOT_FOUND. */
  CompletionStage<TimelineResponse> of(String orderId) {
    return orders.saga(orderId).thenCompose(saga -> {
      CompletableFuture<List<Object>> events = events(orderId).toCompletableFuture();
      CompletableFuture<PaymentState> payment = payment(orderId).toCompletableFuture();
      CompletableFuture<Integer> openBreakers = payment.thenCompose(this::openBreakers);
      CompletableFuture<Integer> place = payments.placeInQueue(orderId).toCompletableFuture();
      CompletableFuture<List<OperatorAction>> acted = actions.of(orderId, MOST_ACTIONS).toCompletableFuture();
      CompletableFuture<Instant> next = nextAttempt(orderId, saga).toCompletableFuture();
      return orders.readable(orderId).thenCombine(CompletableFuture.allOf(events, openBreakers, place, acted, next), (order, all) ->
          response(orderId, order, saga, new Queued(payment.join(), place.join(), openBreakers.join()), next.join(),
              happenings(events.join(), acted.join()), events.join()));
    });
  }

  /** Completes with null if no call waits for its next attempt, or if the saga does not say: a node of an earlier version does not. */
  private CompletionStage<Instant> nextAttempt(String orderId, SagaState saga) {
    return saga.state().isActive() ? orders.nextAttempt(orderId).thenApply(next -> next.orElse(null)).exceptionally(failure -> null)
        : CompletableFuture.completedFuture(null);
  }

  private CompletionStage<List<Object>> events(String orderId) {
    return stored.of(OrderSaga.HOME + "|" + orderId, Object.class, 1, Long.MAX_VALUE).map(StoredEvents.Stored::event).runWith(Sink.seq(), system);
  }

  /** Completes with null if nothing is recorded. */
  private CompletionStage<PaymentState> payment(String orderId) {
    return payments.get(orderId).exceptionallyCompose(failure ->
        Rejection.isNotFound(failure) ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(failure));
  }

  /** The nodes are asked only for a payment that waits for the provider: no other sentence names their breakers. */
  private CompletionStage<Integer> openBreakers(PaymentState payment) {
    return isQueued(payment) ? nodes.openBreakers() : CompletableFuture.completedFuture(0);
  }

  private static boolean isQueued(PaymentState payment) {
    return payment != null && payment.status() == PaymentState.Status.QUEUED;
  }

  private static TimelineResponse response(String orderId, Order.State order, SagaState saga, Queued queued, Instant nextCall,
      List<Happening> happenings, List<Object> events) {
    PaymentState payment = queued.payment();
    SagaHistory history = SagaHistory.of(of(SagaEvent.class, events));
    PlacedOrder placed = order.order();
    // A queued payment is made by the queue. The saga only asks from time to time whether it has been.
    Instant next = isQueued(payment) ? payment.notBefore() : nextCall;
    List<Step> steps = saga.steps().stream().map(call -> step(call, placed, history, call.endedAt() == null ? next : null)).toList();
    return new TimelineResponse(orderId, OrderSentence.of(saga,
            new OrderSentence.Circumstances(placed.total(), payment, queued.place(), next, queued.openBreakers())),
        OrderResponse.of(orderId, order), saga.state(), saga.startedAt(), saga.endedAt(), steps,
        payment == null ? null : PaymentResponse.of(orderId, payment), queued.place() == 0 ? null : queued.place(),
        OrderLedger.of(placed, saga, of(PaymentEvent.class, events), payment), happenings);
  }

  private static Step step(StepRecord call, PlacedOrder order, SagaHistory history, Instant next) {
    return new Step(call.name(), call.kind(), call.status(), call.attempts(), call.failures(), call.inDoubt(), call.startedAt(), call.endedAt(),
        input(call.name(), order), call.result(), call.error(), history.attempts().stream()
            .filter(attempt -> attempt.step().equals(call.name()) && attempt.kind() == call.kind()).toList(), next);
  }

  /** Input of the step's call, as its service gets it. Card tokens are left out. */
  private static Object input(String step, PlacedOrder order) {
    return switch (step) {
      case OrderSaga.RESERVE, OrderSaga.SHIP_STOCK -> order.items().stream().map(item -> Map.of("sku", item.sku(), "quantity", item.quantity())).toList();
      case OrderSaga.CHARGE -> Map.of("amount", order.total().amount(), "currency", order.total().currency(), "method", order.payment().method());
      case OrderSaga.SHIP -> order.shippingAddress() == null ? "the customer collects the goods" : order.shippingAddress();
      default -> Map.of("customerId", order.customerId());
    };
  }

  private static List<Happening> happenings(List<Object> events, List<OperatorAction> acted) {
    List<Happening> all = new ArrayList<>();
    acted.forEach(action -> all.add(new Happening(action.at(), "operator", action.action(), null, "by " + action.operator()
        + (action.reason().isEmpty() ? "" : ": " + action.reason()) + ("DONE".equals(action.outcome()) ? "" : " (" + action.outcome() + ")"))));
    SagaHistory.of(of(SagaEvent.class, events)).entries().forEach(entry -> all.add(new Happening(entry.at(), "saga", entry.type(), entry.step(), entry.detail())));
    for (Order.Event event : of(Order.Event.class, events)) {
      String detail = event instanceof Order.Cancelled cancelled ? cancelled.reason() + ": " + cancelled.detail() : null;
      all.add(new Happening(event.at(), "order", OrderHistory.typeOf(event), null, detail));
    }
    for (PaymentEvent event : of(PaymentEvent.class, events)) {
      PaymentHistory.Entry entry = PaymentHistory.of(event);
      all.add(new Happening(entry.at(), "payment", entry.type(), null, entry.detail() == null ? entry.transactionId() : entry.detail()));
    }
    for (Shipment.Event event : of(Shipment.Event.class, events)) {
      boolean created = event instanceof Shipment.Created;
      all.add(new Happening(created ? ((Shipment.Created) event).at() : ((Shipment.Cancelled) event).at(), "shipment", created ? "CREATED" : "CANCELLED",
          null, null));
    }
    all.sort(Comparator.comparing(Happening::at));
    return all;
  }

  private static <E> List<E> of(Class<E> type, List<Object> events) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
