package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.eventsourcing.HomeType;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.RunningHome;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.ProviderFailure.Kind;
import io.orderflow.testkit.EntityKit;
import io.orderflow.testkit.SetClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One payment's actor under specification, and a source of money whose calls the spec answers. */
final class PaymentKit implements AutoCloseable {

  static final Instant NOW = AggregateKit.NOW;
  static final PaymentDetails DETAILS =
      new PaymentDetails("order-1/charge-payment", new Money(700, "EUR"), new PaymentMethod.Card("tok_1"));
  static final PaymentSettings SETTINGS = new PaymentSettings(Duration.ofHours(24), Duration.ofHours(48), Duration.ofMillis(200),
      new PaymentBackoff(Duration.ofMinutes(5), Duration.ofSeconds(30)));
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Accepts calls unless closed, and keeps each one until the spec answers it. */
  static final class Source implements PaymentSource {
    final BlockingQueue<CompletableFuture<ChargeResult>> charges = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<RefundResult>> refunds = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> knownToFail = new LinkedBlockingQueue<>();
    volatile boolean open = true;
    /** Whether it throws instead of answering. */
    volatile boolean defective;
    /** When it last answered another payment. */
    volatile Instant answered = Instant.MIN;

    @Override
    public boolean acceptsCharges(PaymentMethod method) {
      return open;
    }

    @Override
    public boolean acceptsRefunds(PaymentMethod method) {
      return open;
    }

    @Override
    public boolean hasAnsweredSince(Instant time, PaymentMethod method) {
      return answered.isAfter(time);
    }

    @Override
    public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean failsAlone) {
      assertThat(key).isEqualTo(DETAILS.key());
      knownToFail.add(failsAlone);
      if (defective) {
        throw new IllegalStateException("a defect");
      }
      return added(charges);
    }

    @Override
    public CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean failsAlone) {
      assertThat(key).isEqualTo(DETAILS.key());
      knownToFail.add(failsAlone);
      return added(refunds);
    }

    private static <T> CompletableFuture<T> added(BlockingQueue<CompletableFuture<T>> calls) {
      CompletableFuture<T> call = new CompletableFuture<>();
      calls.add(call);
      return call;
    }
  }

  final SetClock clock = new SetClock(NOW);
  final Source source = new Source();
  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final TestProbe<StatusReply<PaymentState>> replies = kit.createTestProbe();
  private final TestProbe<AttemptOutcome> outcomes = kit.createTestProbe();
  private ActorRef<Message> payment = spawn();

  void charge() {
    payment.tell(new PaymentCommand.Charge(DETAILS, replies.getRef()::tell));
  }

  void refund() {
    payment.tell(new PaymentCommand.Refund(DETAILS, replies.getRef()::tell));
  }

  void get() {
    payment.tell(new PaymentCommand.Get(replies.getRef()));
  }

  void attempt() {
    attempt(null);
  }

  void attempt(Instant lastAnswered) {
    payment.tell(new PaymentCommand.Attempt(lastAnswered, outcomes.getRef()));
  }

  /** The source answers the charge in flight, which is the next one that it was asked for. */
  void charged(String transactionId) {
    nextCharge().complete(new ChargeResult.Charged(transactionId));
  }

  /** The source answers the refund in flight. */
  void refunded(RefundResult result) {
    nextRefund().complete(result);
  }

  void chargeFails(Kind kind) {
    nextCharge().completeExceptionally(failure(kind));
  }

  void refundFails(Kind kind) {
    nextRefund().completeExceptionally(failure(kind));
  }

  CompletableFuture<ChargeResult> nextCharge() {
    return next(source.charges);
  }

  CompletableFuture<RefundResult> nextRefund() {
    return next(source.refunds);
  }

  /** The next reply to a charge, a refund or a question, which must be a success. */
  PaymentState reply() {
    return replies.receiveMessage(PATIENCE).getValue();
  }

  /** Expects that the next reply is an error that callers retry. */
  void expectFailure() {
    StatusReply<PaymentState> reply = replies.receiveMessage(PATIENCE);
    assertThat(reply.isError()).isTrue();
    assertThat(Rejection.in(reply.getError())).isEmpty();
  }

  void expectRejection(String code) {
    assertThat(Rejection.in(replies.receiveMessage(PATIENCE).getError()).orElseThrow().code()).isEqualTo(code);
  }

  /** The next outcome that the queue is told. */
  AttemptOutcome outcome() {
    return outcomes.receiveMessage(PATIENCE);
  }

  /** The state now. */
  PaymentState state() {
    TestProbe<StatusReply<PaymentState>> asked = kit.createTestProbe();
    payment.tell(new PaymentCommand.Get(asked.getRef()));
    return asked.receiveMessage(PATIENCE).getValue();
  }

  /** The actor stops and recovers from its journal. */
  void restart() {
    kit.stop(payment, PATIENCE);
    payment = spawn();
  }

  static ProviderFailure failure(Kind kind) {
    return new ProviderFailure(kind, "the provider is ill");
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }

  private ActorRef<Message> spawn() {
    return kit.spawn(home(source, clock, () -> {}));
  }

  /** A home with a payment alone. */
  static Behavior<Message> home(PaymentSource source, Clock clock, Runnable leave) {
    return RunningHome.of(new HomeType("paid", Duration.ofMinutes(1), List.of(Payment.type(source, SETTINGS, clock)), List.of()), "order-1", leave);
  }

  private static <T> CompletableFuture<T> next(BlockingQueue<CompletableFuture<T>> calls) {
    try {
      CompletableFuture<T> call = calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(call).as("a call of the source").isNotNull();
      return call;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
