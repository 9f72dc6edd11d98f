package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.journal.StoredEvents;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.SameThread;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Charges and refunds orders, each once. The steps of a saga call it. */
public final class PaymentService {

  /** The part of a saga's input that a charge needs. */
  public interface Payable {
    Money total();

    PaymentMethod payment();
  }

  /** Longer than a call of the provider may take, shorter than the step's time limit. */
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(4);
  /** The longest pause before a saga repeats the call. {@link PaymentQueue} also tells the saga when the payment has left the queue. */
  private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  private final ClusterSharding sharding;
  private final StoredEvents stored;
  private final ActorRef<StatusReply<PaymentState>> ignoredReply;
  private final PaymentBacklog backlog;

  public PaymentService(ActorSystem<?> system, PaymentBacklog backlog) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
    this.ignoredReply = system.ignoreRef();
    this.backlog = backlog;
  }

  /** Charges the order. The result is the transaction's id, a rejection if the charge is declined, or pending while it is queued. */
  public CompletionStage<StepResult> charge(StepCall<? extends Payable> call) {
    return ask(call.sagaId(), replyTo -> new PaymentCommand.Charge(details(call), replyTo))
        .thenApply(PaymentService::resultOf)
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(rejection -> rejection.kind() == Rejection.Kind.CONFLICT)
            .map(refunded -> StepResult.now(new StepResult.Refused("PAYMENT_DECLINED", refunded.detail(), true)))
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** Refunds the order, also if the charge is in doubt. Done once the refund is made or queued. */
  public CompletionStage<StepResult> refund(StepCall<? extends Payable> call) {
    return ask(call.sagaId(), replyTo -> new PaymentCommand.Refund(details(call), replyTo))
        .thenApply(payment -> StepResult.done());
  }

  /**
   * Whether a new order with this payment method may be accepted: the payment queue has a bound. Orders that were accepted before, or on
   * any node within the second until that node knows, are queued beyond the bound.
   */
  public boolean accepts(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card) || !backlog.isFull();
  }

  /** The payment of an order, from the journal or the archive, or the rejection PAYMENT_NOT_FOUND. */
  CompletionStage<PaymentState> get(String orderId) {
    return ask(orderId, PaymentCommand.Get::new).exceptionallyCompose(failure -> stored.foldIfNotFound(
        failure, Payment.NAME + "|" + orderId, PaymentEvent.class, PaymentState.NONE, PaymentState::apply));
  }

  /** Calls the consumer with the reason if the order's refund was given up and not retried since. Does nothing if the payment can't be read. */
  public void ifRefundFailed(String orderId, Consumer<String> reason) {
    get(orderId).thenAccept(payment -> {
      if (payment.status() == Status.REFUND_FAILED) {
        reason.accept(payment.reason());
      }
    });
  }

  /** Starts the recovery of a payment before its first command, which then need not wait for it. */
  public void warmUp(String orderId) {
    sharding.entityRefFor(Payment.KEY, orderId).tell(new PaymentCommand.Get(ignoredReply));
  }

  private static StepResult resultOf(PaymentState payment) {
    if (payment.status() == Status.CHARGED) {
      return StepResult.done(payment.transactionId());
    }
    if (payment.status() == Status.QUEUED) {
      Duration tenthOfAge = Duration.between(payment.queuedAt(), Instant.now()).dividedBy(10);
      return new StepResult.Pending(tenthOfAge.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : tenthOfAge);
    }
    // Only if the single attempt was declined is it certain that no charge was made.
    boolean inDoubt = payment.attempts() != 1 || payment.code().equals(PaymentPlanner.TIMEOUT);
    return new StepResult.Refused(payment.code(), payment.reason(), inDoubt);
  }

  private static PaymentDetails details(StepCall<? extends Payable> call) {
    return new PaymentDetails(call.idempotencyKey(), call.input().total(), call.input().payment());
  }

  private CompletionStage<PaymentState> ask(String orderId, Function<ActorRef<StatusReply<PaymentState>>, PaymentCommand> command) {
    return SameThread.answer(sharding.entityRefFor(Payment.KEY, orderId).askWithStatus(command::apply, ASK_TIMEOUT));
  }
}
