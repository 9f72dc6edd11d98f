package io.orderflow.payment;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent names of payments. */
public final class PaymentTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("payment.attempt-failed", PaymentEvent.AttemptFailed.class),
        Map.entry("payment.charged", PaymentEvent.Charged.class),
        Map.entry("payment.declined", PaymentEvent.Declined.class),
        Map.entry("payment.queued", PaymentEvent.Queued.class),
        Map.entry("payment.refund-given-up", PaymentEvent.RefundGivenUp.class),
        Map.entry("payment.refunded", PaymentEvent.Refunded.class),
        Map.entry("payment.state", PaymentState.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("payment.answered", Payment.Answered.class),
        Map.entry("payment.charge", Payment.Charge.class),
        Map.entry("payment.get", Payment.Get.class),
        Map.entry("payment.held-long-enough", Payment.HeldLongEnough.class),
        Map.entry("payment.refund", Payment.Refund.class),
        Map.entry("payment.stop", Payment.Stop.class),
        Map.entry("payment.take-turn", Payment.TakeTurn.class),
        Map.entry("payment.attempt-outcome", Payment.AttemptOutcome.class));
  }
}
