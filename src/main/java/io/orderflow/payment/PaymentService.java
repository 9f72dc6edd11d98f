package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.Homes;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.ProcessType;
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

  private static final int MAX_COUNTED = 10_000;

  private final ProcessType<PaymentCommand, PaymentEvent, PaymentState> type;
  private final EntityTypeKey<Message> homes;
  private final ClusterSharding sharding;
  private final StoredEvents stored;
  private final PaymentBacklog backlog;
  private final PaymentQueueQueries queue;

  /** @param home the name of the homes that payments live in */
  PaymentService(ActorSystem<?> system, ProcessType<PaymentCommand, PaymentEvent, PaymentState> type, String home, PaymentBacklog backlog,
      PaymentQueueQueries queue) {
    this.type = type;
    this.homes = Homes.key(home);
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
    this.backlog = backlog;
    this.queue = queue;
  }

  /** The process, for the home that hosts it. */
  public ProcessType<?, ?, ?> type() {
    return type;
  }

  /** Charges the order. The result is the transaction's id, a rejection if the charge is declined, or pending while it is queued. */
  public CompletionStage<StepResult> charge(StepCall<? extends Payable> call) {
    return tell(call, reply -> new PaymentCommand.Charge(details(call), reply))
        .thenApply(PaymentService::resultOf)
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(rejection -> rejection.kind() == Rejection.Kind.CONFLICT)
            .map(refunded -> StepResult.now(new StepResult.Refused("PAYMENT_DECLINED", refunded.detail(), true)))
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** Refunds the order, also if the charge is in doubt. Done once the refund is made or queued. */
  public CompletionStage<StepResult> refund(StepCall<? extends Payable> call) {
    return tell(call, reply -> new PaymentCommand.Refund(details(call), reply))
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
  public CompletionStage<PaymentState> get(String orderId) {
    return ask(orderId, PaymentCommand.Get::new).exceptionallyCompose(failure -> stored.foldIfNotFound(
        failure, homes.name() + "|" + orderId, PaymentEvent.class, PaymentState.NONE, PaymentState::apply));
  }

  /** The place of the order's payment in the queue for the provider, from 1; 0 if it is not in it. Counts no further than 10,000. */
  public CompletionStage<Integer> placeInQueue(String orderId) {
    return queue.placeOf(orderId, MAX_COUNTED);
  }

  /** The queue for the provider, as it was within the last second. */
  public PaymentQueueStatus queueStatus() {
    return backlog.status();
  }

  /** Calls the consumer with the reason if the order's refund was given up and not retried since. Does nothing if the payment can't be read. */
  public void ifRefundFailed(String orderId, Consumer<String> reason) {
    get(orderId).thenAccept(payment -> {
      if (payment.status() == Status.REFUND_FAILED) {
        reason.accept(payment.reason());
      }
    });
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

  /** Tells the payment in the saga's own home. */
  private CompletionStage<PaymentState> tell(StepCall<?> call, Function<Consumer<StatusReply<PaymentState>>, PaymentCommand> command) {
    CompletableFuture<PaymentState> state = new CompletableFuture<>();
    call.home().tell(type, command.apply(reply -> {
      if (reply.isSuccess()) {
        state.complete(reply.getValue());
      } else {
        state.completeExceptionally(reply.getError());
      }
    }));
    return state;
  }

  private CompletionStage<PaymentState> ask(String orderId, Function<ActorRef<StatusReply<PaymentState>>, PaymentCommand> command) {
    return SameThread.answer(sharding.entityRefFor(homes, orderId).askWithStatus(command::apply, ASK_TIMEOUT));
  }

  /**
   * Makes the call for which the order's payment is queued, at an operator's request. Rejected with BREAKER_OPEN if the circuit breaker of its
   * node does not permit the call. A call that fails is no rejection: it will be repeated.
   *
   * @return whether the payment was queued
   */
  public CompletionStage<Boolean> attemptNow(String orderId) {
    return SameThread.answer(sharding.entityRefFor(homes, orderId).<AttemptOutcome>ask(PaymentCommand.AttemptNow::new, ASK_TIMEOUT))
        .thenApply(outcome -> {
          if (outcome == AttemptOutcome.NOT_CALLED) {
            throw Rejection.conflict("BREAKER_OPEN", "the circuit breaker for the payment provider does not permit the call").exception();
          }
          return outcome != AttemptOutcome.OVER;
        });
  }

  /** Makes the call for which a payment is queued. Fails if the outcome is not known in time. */
  CompletionStage<AttemptOutcome> attempt(String orderId, Instant lastAnswered, Duration timeout) {
    return sharding.entityRefFor(homes, orderId).ask(replyTo -> new PaymentCommand.Attempt(lastAnswered, replyTo), timeout);
  }
}
