package io.orderflow.payment;

import io.orderflow.kernel.Money;
import java.util.concurrent.CompletionStage;

/**
 * Where the money of a payment is: the provider for cards, an account of this shop. Both know a payment by its key, answer a repeat as
 * they answered first, and let a refund win over a charge that comes after it.
 */
public interface PaymentSource {

  /** Takes the amount; the stage fails when it is not known whether it was taken. */
  CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method);

  /** Gives back what was taken under the key, and takes nothing under it later; the stage fails when that is not known. */
  CompletionStage<RefundResult> refund(String key, PaymentMethod method);
}
