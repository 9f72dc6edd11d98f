package io.orderflow.payment;

import io.orderflow.kernel.Money;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Where the money of a payment is: the provider for cards, an account of this shop. Both know a payment by its key, answer a repeat as
 * they answered first, and let a refund win over a charge that comes after it. A stage that fails with a {@link ProviderFailure} says
 * that the source is out of order: the payment waits for it.
 */
public interface PaymentSource {

  /** Whether a new charge should be tried now; otherwise it waits its turn. */
  boolean takesCharges(PaymentMethod method);

  /** Whether a refund should be tried now; otherwise it waits its turn. */
  boolean takesRefunds(PaymentMethod method);

  /** Whether the source has answered any payment since that time, as far as this node knows. */
  boolean hasAnsweredSince(Instant time, PaymentMethod method);

  /**
   * Takes the amount; the stage fails when it is not known whether it was taken.
   *
   * @param suspect whether this payment is known to fail while others succeed: its failure says nothing about the source
   */
  CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean suspect);

  /**
   * Gives back what was taken under the key, and takes nothing under it later; the stage fails when that is not known.
   *
   * @param suspect as in {@link #charge}
   */
  CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean suspect);
}
