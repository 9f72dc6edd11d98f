package io.orderflow.payment;

import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides what a payment records. Pure functions: the payment's state and the outcome of a call go in, the next event comes out.
 *
 * <p>A queued payment whose attempt fails backs off ({@link PaymentBackoff}). While no payment succeeds it keeps its place in the queue,
 * since the provider may be down. If it fails although the source has answered another payment since its last failure, it is postponed:
 * others no longer wait for it, and its failures don't count against the provider.
 */
final class PaymentPlanner {

  static final String TIMEOUT = "PAYMENT_TIMEOUT";
  private static final String DECLINED = "PAYMENT_DECLINED";
  /** A rejected refund is given up at the fifth failure, some ten seconds after the first: a rejection seldom changes by itself. */
  private static final int REJECTED_ATTEMPTS = 5;

  private final PaymentSettings settings;
  private final RandomGenerator random;

  /** @param random draws the jitter of back-offs */
  PaymentPlanner(PaymentSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /** The source does not accept the call now: the payment is queued without a call. */
  PaymentEvent queued(Operation operation, PaymentDetails details, Instant now) {
    return new PaymentEvent.Queued(operation, details, 0, null, now);
  }

  /** Whether a charge has been queued for longer than allowed. */
  boolean isPastDeadline(PaymentState payment, Instant now) {
    return payment.waitsForCharge() && !payment.queuedAt().plus(settings.deadline()).isAfter(now);
  }

  /** A queued charge is past its deadline. */
  PaymentEvent timedOut(PaymentState payment, Instant now) {
    return declined(payment, payment.details(), TIMEOUT, "the payment provider did not make the charge in time", payment.attempts(), now);
  }

  /**
   * Whether a queued payment must not be attempted yet.
   *
   * @param othersSucceed whether the source has answered another payment since this one last failed. The provider is then known to work,
   *     which ends a back-off that began while the provider may have been down
   */
  boolean isBackingOff(PaymentState payment, boolean othersSucceed, Instant now) {
    boolean released = othersSucceed && !payment.postponed();
    return !released && settings.backoff().lasts(payment.notBefore(), now);
  }

  /** The source has answered a charge. @param unrecordedAttempts earlier calls that failed and left no event */
  PaymentEvent charged(PaymentState payment, PaymentDetails details, ChargeResult result, int unrecordedAttempts, Instant now) {
    int attempts = payment.attempts() + unrecordedAttempts + 1;
    if (result instanceof ChargeResult.Charged charged) {
      return new PaymentEvent.Charged(details.method(), details.amount(), details.key(), charged.transactionId(), attempts,
          payment.queuedAt(), now);
    }
    if (result instanceof ChargeResult.Declined declined) {
      return declined(payment, details, declined.code(), declined.reason(), attempts, now);
    }
    // Another incarnation has refunded the payment, and this one has not recovered that event.
    return refunded(payment, details, now);
  }

  /** The source has answered a refund. */
  PaymentEvent refunded(PaymentState payment, PaymentDetails details, Instant now) {
    return new PaymentEvent.Refunded(details.method(), details.amount(), details.key(), payment.queuedAt(), now);
  }

  /**
   * A call has failed. Empty if nothing is recorded: the breaker did not permit the attempt of a queued payment, a given-up refund is
   * rejected again, or the failure is not the provider's and the payment is not queued, such as an account that can't be reached.
   *
   * @param othersSucceed as in {@link #isBackingOff}
   */
  Optional<PaymentEvent> failed(PaymentState payment, Operation operation, PaymentDetails details, Throwable cause, boolean othersSucceed,
      Instant now) {
    boolean queued = payment.waitsFor() == operation;
    if (!queued && !(cause instanceof ProviderFailure)) {
      return Optional.empty();
    }
    ProviderFailure failure = ofProvider(cause);
    boolean charge = operation == Operation.CHARGE;
    boolean called = failure.kind() != Kind.NOT_CALLED;
    boolean notAccepted = failure.kind() == Kind.NOT_ACCEPTED;
    int attempts = payment.attempts() + (called ? 1 : 0);
    if (notAccepted && charge) {
      return Optional.of(declined(payment, details, DECLINED, failure.getMessage(), attempts, now));
    }
    if (queued) {
      return called ? Optional.of(failedAgain(payment, failure, attempts, othersSucceed, now)) : Optional.empty();
    }
    if (notAccepted) {
      return payment.status() == Status.REFUND_FAILED ? Optional.empty()
          : Optional.of(new PaymentEvent.RefundGivenUp(details, failure.getMessage(), attempts, now));
    }
    int ofOperation = charge ? attempts : called ? 1 : 0;
    return Optional.of(new PaymentEvent.Queued(operation, details, ofOperation, failure.getMessage(), now));
  }

  /** A defect of this program counts as a failure in doubt: without an outcome, the queue would wait for the payment. */
  private static ProviderFailure ofProvider(Throwable cause) {
    return cause instanceof ProviderFailure known ? known
        : new ProviderFailure(Kind.IN_DOUBT, ProviderText.clean(String.valueOf(cause.getMessage())));
  }

  private PaymentEvent failedAgain(PaymentState payment, ProviderFailure failure, int attempts, boolean othersSucceed, Instant now) {
    int failures = payment.failures() + 1;
    boolean pastRefundDeadline = !payment.queuedAt().plus(settings.refundDeadline()).isAfter(now);
    if (payment.waitsForRefund() && failures >= REJECTED_ATTEMPTS && (failure.rejected() || pastRefundDeadline)) {
      return new PaymentEvent.RefundGivenUp(payment.details(), failure.getMessage(), attempts, now);
    }
    boolean postponed = payment.postponed() || failure.kind() == Kind.NOT_ACCEPTED || othersSucceed;
    Instant next = now.plus(settings.backoff().after(failures, postponed, random));
    Instant deadline = payment.queuedAt().plus(settings.deadline());
    Instant notBefore = payment.waitsForCharge() && deadline.isBefore(next) ? deadline : next;
    return new PaymentEvent.AttemptFailed(failure.getMessage(), attempts, notBefore, failures, postponed, now);
  }

  private static PaymentEvent declined(PaymentState payment, PaymentDetails details, String code, String reason, int attempts, Instant now) {
    return new PaymentEvent.Declined(details.method(), details.amount(), details.key(), code, reason, attempts, payment.queuedAt(), now);
  }
}
