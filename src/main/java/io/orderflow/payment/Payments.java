package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import io.orderflow.kernel.Money;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Charges and refunds orders, each once. */
public final class Payments {

  /** What a saga must tell to have something paid. */
  public interface Payable {
    Money total();

    PaymentMethod payment();
  }

  /** Longer than one call of the provider may take, shorter than the step's time limit. */
  private static final Duration ASK = Duration.ofSeconds(4);

  private final ClusterSharding sharding;

  public Payments(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
  }

  /** Charges the order; answers with the transaction's id. Refused when the money is not to be had. */
  public CompletionStage<StepResult> charge(StepCall<? extends Payable> call) {
    return payment(call.sagaId()).<Payment.State>askWithStatus(replyTo -> new Payment.Charge(due(call), replyTo), ASK)
        .thenApply(payment -> payment.status() == Payment.Status.CHARGED ? StepResult.done(payment.transactionId())
            : StepResult.refused(payment.code(), payment.reason()));
  }

  /** Gives the order's money back, also when it is not known whether it was taken. */
  public CompletionStage<StepResult> refund(StepCall<? extends Payable> call) {
    return payment(call.sagaId()).<Payment.State>askWithStatus(replyTo -> new Payment.Refund(due(call), replyTo), ASK)
        .thenApply(payment -> StepResult.done());
  }

  /** The payment of an order; refused with PAYMENT_NOT_FOUND. */
  CompletionStage<Payment.State> get(String orderId) {
    return payment(orderId).askWithStatus(Payment.Get::new, ASK);
  }

  private static Payment.Due due(StepCall<? extends Payable> call) {
    return new Payment.Due(call.idempotencyKey(), call.input().total(), call.input().payment());
  }

  private EntityRef<Payment.Command> payment(String orderId) {
    return sharding.entityRefFor(Payment.KEY, orderId);
  }
}
