package io.orderflow.console;

import io.orderflow.kernel.Money;
import io.orderflow.order.OrderSaga;
import io.orderflow.payment.PaymentState;
import io.orderflow.saga.Failure;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.StepRecord;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Says in one sentence of the shop's words where an order is and why. Instants in it are in ISO 8601, so that a page can show them in another form. */
final class OrderSentence {

  /** A call in words: while it is made, and as a thing. */
  private record Words(String doing, String thing) {}

  private static final Map<String, Words> ACTIONS = Map.of(
      "create-order", new Words("The order is being recorded", "recording the order"),
      OrderSaga.RESERVE, new Words("The stock is being reserved", "reserving the stock"),
      OrderSaga.CHARGE, new Words("The payment is being made", "the payment"),
      OrderSaga.SHIP, new Words("The shipment is being arranged", "arranging the shipment"),
      OrderSaga.SHIP_STOCK, new Words("The goods are being taken from the stock", "taking the goods from the stock"),
      "confirm-order", new Words("The order is being confirmed", "confirming the order"));
  private static final Map<String, Words> COMPENSATIONS = Map.of(
      "create-order", new Words("the order is being marked as cancelled", "marking the order as cancelled"),
      OrderSaga.RESERVE, new Words("the stock is being given back", "giving the stock back"),
      OrderSaga.CHARGE, new Words("the payment is being refunded", "the refund"),
      OrderSaga.SHIP, new Words("the shipment is being called off", "calling the shipment off"));
  private static final Map<String, String> REASONS = Map.of(
      "OUT_OF_STOCK", "there was not enough in stock",
      "UNKNOWN_PRODUCT", "a product was unknown",
      "PRICE_CHANGED", "a price had changed",
      "PAYMENT_DECLINED", "the payment was declined",
      "PAYMENT_TIMEOUT", "the payment was not made in time",
      "INSUFFICIENT_FUNDS", "the account had too little money",
      "SHIPPING_UNAVAILABLE", "the address can't be shipped to",
      "CUSTOMER_REQUEST", "it was called off");

  /**
   * What is known of the order besides its saga.
   *
   * @param payment null if nothing is recorded
   * @param place the place of the payment in the queue, from 1; 0 if it is not in it
   * @param nextAttemptAt when the call under way is repeated; null if that is not known
   * @param openBreakers the nodes whose breaker for the payment provider is open
   */
  record Circumstances(Money total, PaymentState payment, int place, Instant nextAttemptAt, int openBreakers) {

    private boolean isQueued() {
      return payment != null && payment.status() == PaymentState.Status.QUEUED;
    }

    private String money() {
      return total.amount() + " " + total.currency();
    }
  }

  private OrderSentence() {}

  static String of(SagaState saga, Circumstances known) {
    return switch (saga.state()) {
      case COMPLETED -> "Confirmed: " + known.money() + " charged and the goods shipped, at " + saga.endedAt() + ".";
      case COMPENSATED -> "Cancelled because " + why(saga.failure()) + "; " + (known.isQueued()
          ? "the refund of " + known.money() + " " + waiting(known) : "nothing is owed") + ".";
      case COMPENSATION_FAILED -> "Cancelled because " + why(saga.failure()) + ", but " + failed(saga, known);
      case RUNNING -> underWay(saga, known, ACTIONS, "") + ".";
      case COMPENSATING -> underWay(saga, known, COMPENSATIONS, "Being cancelled because " + why(saga.failure()) + ": ") + ".";
    };
  }

  private static String failed(SagaState saga, Circumstances known) {
    List<StepRecord> failed = saga.steps().stream().filter(call -> call.status() == StepRecord.Status.COMPENSATION_FAILED).toList();
    StepRecord first = failed.get(0);
    String thing = first.name().equals(OrderSaga.CHARGE) ? "the refund of " + known.money() : words(COMPENSATIONS, first).thing();
    return thing + " failed" + (first.attempts() > 1 ? " " + first.attempts() + " times" : "") + (first.error() == null ? "" : " (" + first.error() + ")")
        + (failed.size() > 1 ? ", and so did " + (failed.size() - 1) + " more" : "") + ". It waits for an operator to retry it.";
  }

  private static String underWay(SagaState saga, Circumstances known, Map<String, Words> words, String before) {
    StepRecord call = saga.steps().stream().filter(step -> step.endedAt() == null).findFirst().orElse(null);
    if (call == null) {
      return before + (before.isEmpty() ? "It goes on at once" : "it goes on at once");
    }
    if (call.name().equals(OrderSaga.CHARGE) && known.isQueued()) {
      String text = waiting(known);
      return before + (before.isEmpty() ? Character.toUpperCase(text.charAt(0)) + text.substring(1) : "the refund " + text);
    }
    Words said = words(call.kind() == Kind.COMPENSATION ? COMPENSATIONS : words, call);
    if (call.failures() == 0) {
      return before + said.doing() + ", since " + call.startedAt();
    }
    String thing = before.isEmpty() ? Character.toUpperCase(said.thing().charAt(0)) + said.thing().substring(1) : said.thing();
    return before + thing + " failed " + (call.failures() == 1 ? "once" : call.failures() + " times")
        + (known.nextAttemptAt() == null ? " and is tried again" : " and is tried again at " + known.nextAttemptAt()) + ": " + call.error();
  }

  private static String waiting(Circumstances known) {
    PaymentState payment = known.payment();
    StringBuilder text = new StringBuilder("waits for the payment provider since ").append(payment.queuedAt());
    if (known.openBreakers() > 0) {
      text.append("; breaker open on ").append(known.openBreakers()).append(known.openBreakers() == 1 ? " node" : " nodes");
    }
    if (known.place() > 0) {
      text.append("; place ").append(known.place()).append(" in the queue");
    }
    if (payment.notBefore() != null) {
      text.append("; next attempt not before ").append(payment.notBefore());
    }
    return payment.reason() == null ? text.toString() : text.append("; last answer: ").append(payment.reason()).toString();
  }

  private static Words words(Map<String, Words> words, StepRecord call) {
    return words.getOrDefault(call.name(), new Words("step " + call.name() + " is under way", "step " + call.name()));
  }

  private static String why(Failure failure) {
    return failure == null ? "of a failure" : REASONS.getOrDefault(failure.code(), failure.code() + " (" + failure.detail() + ")");
  }
}
