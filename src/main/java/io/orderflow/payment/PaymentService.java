package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.journal.StoredEvents;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.SameThread;
import io.orderflow.payment.PaymentState.Due;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Charges and refunds orders, each once. */
public final class PaymentService {

  /** What a saga must tell to have something paid. */
  public interface Payable {
    Money total();

    PaymentMethod payment();
  }

  /** Longer than one call of the provider may take, shorter than the step's time limit. */
  private static final Duration ASK = Duration.ofSeconds(4);
  /** The longest between two questions; who asks is also told by {@link PaymentQueue} when the answer is there. */
  private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  private final ClusterSharding sharding;
  private final StoredEvents stored;
  private final ActorRef<StatusReply<PaymentState>> nobody;
  private final PaymentBacklog backlog;

  public PaymentService(ActorSystem<?> system, PaymentBacklog backlog) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
    this.nobody = system.ignoreRef();
    this.backlog = backlog;
  }

  /** Charges the order; answers with the transaction's id. Refused when the money is not to be had, pending while the payment is queued. */
  public CompletionStage<StepResult> charge(StepCall<? extends Payable> call) {
    return ask(call.sagaId(), replyTo -> new Payment.Charge(due(call), replyTo))
        .thenApply(PaymentService::resultOf)
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(refusal -> refusal.kind() == Rejection.Kind.CONFLICT)
            .map(refunded -> StepResult.now(new StepResult.Refused("PAYMENT_DECLINED", refunded.detail(), true)))
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** Gives the order's money back, also when it is not known whether it was taken. */
  public CompletionStage<StepResult> refund(StepCall<? extends Payable> call) {
    return ask(call.sagaId(), replyTo -> new Payment.Refund(due(call), replyTo))
        .thenApply(payment -> StepResult.done());
  }

  /**
   * Whether an order that is paid so may be accepted: the provider's queue has a bound. What was accepted before, and what is accepted
   * on any node within the second until it knows, goes beyond it and is queued all the same.
   */
  public boolean accepts(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card) || !backlog.isFull();
  }

  /** The payment of an order, be it in the archive; refused with PAYMENT_NOT_FOUND. */
  CompletionStage<PaymentState> get(String orderId) {
    return ask(orderId, Payment.Get::new).exceptionallyCompose(failure -> stored.foldIfNotFound(
        failure, Payment.KEY.name() + "|" + orderId, PaymentEvent.class, PaymentState.NONE, PaymentState::apply));
  }

  /** Tells the reason when the order's refund was given up and nobody has taken it up again; nothing when that can't be known now. */
  public void ifRefundFailed(String orderId, Consumer<String> told) {
    get(orderId).thenAccept(payment -> {
      if (payment.status() == Status.REFUND_FAILED) {
        told.accept(payment.reason());
      }
    });
  }

  /** Has a payment look for its events before it is needed: most have none, and need not be waited for then. */
  public void wake(String orderId) {
    sharding.entityRefFor(Payment.KEY, orderId).tell(new Payment.Get(nobody));
  }

  private static StepResult resultOf(PaymentState payment) {
    if (payment.status() == Status.CHARGED) {
      return StepResult.done(payment.transactionId());
    }
    if (payment.status() == Status.QUEUED) {
      Duration tenthOfItsAge = Duration.between(payment.queuedAt(), Instant.now()).dividedBy(10);
      return new StepResult.Pending(tenthOfItsAge.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : tenthOfItsAge);
    }
    // Only one attempt that was declined left nothing behind for certain.
    boolean inDoubt = payment.attempts() != 1 || payment.code().equals(Payment.TIMEOUT);
    return new StepResult.Refused(payment.code(), payment.reason(), inDoubt);
  }

  private static Due due(StepCall<? extends Payable> call) {
    return new Due(call.idempotencyKey(), call.input().total(), call.input().payment());
  }

  private CompletionStage<PaymentState> ask(String orderId, Function<ActorRef<StatusReply<PaymentState>>, Payment.Command> command) {
    return SameThread.answer(sharding.entityRefFor(Payment.KEY, orderId).askWithStatus(command::apply, ASK));
  }
}
