package io.orderflow.payment;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The names of this package's stored and sent types. */
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
        Map.entry("payment.get", PaymentCommand.Get.class),
        Map.entry("payment.attempt-now", PaymentCommand.AttemptNow.class),
        Map.entry("payment.take-turn", PaymentCommand.Attempt.class),
        Map.entry("payment.attempt-outcome", AttemptOutcome.class));
  }
}
