package io.orderflow.payment;

import io.orderflow.kernel.Money;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * A source of money: the provider for cards, the accounts of this shop for the others. A source is idempotent by the key: it gives a repeat
 * the original answer, and a refund wins over a charge that arrives after it. A stage that fails with a {@link ProviderFailure} says that
 * the provider failed: the payment is queued.
 */
public interface PaymentSource {

  /** Whether a new charge may be made now; otherwise it is queued. */
  boolean acceptsCharges(PaymentMethod method);

  /** Whether a refund may be made now; otherwise it is queued. */
  boolean acceptsRefunds(PaymentMethod method);

  /** Whether the source has answered any payment since that time, as far as this node knows. */
  boolean hasAnsweredSince(Instant time, PaymentMethod method);

  /**
   * Charges the amount. If the stage fails, the charge is in doubt, unless the failure says otherwise ({@link ProviderFailure.Kind}).
   *
   * @param knownToFail whether this payment fails while others succeed: its failure then doesn't count against the provider
   */
  CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean knownToFail);

  /**
   * Refunds the charge under the key, if any, and rejects later charges under it. If the stage fails, the refund is in doubt likewise.
   *
   * @param knownToFail as in {@link #charge}
   */
  CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean knownToFail);
}
