package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Refusal;
import io.orderflow.payment.Payment.State;
import io.orderflow.payment.Payment.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One payment against a source of money that the spec answers for. */
class PaymentSpec {

  private static final Payment.Due DUE =
      new Payment.Due("order-1/charge-payment", new Money(700, "EUR"), new PaymentMethod.Card("tok_1"));
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final class Source implements PaymentSource {
    private final BlockingQueue<CompletableFuture<ChargeResult>> charges = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<RefundResult>> refunds = new LinkedBlockingQueue<>();

    @Override
    public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method) {
      assertThat(key).isEqualTo(DUE.key());
      return added(charges);
    }

    @Override
    public CompletionStage<RefundResult> refund(String key, PaymentMethod method) {
      assertThat(key).isEqualTo(DUE.key());
      return added(refunds);
    }

    private static <T> CompletableFuture<T> added(BlockingQueue<CompletableFuture<T>> queue) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      queue.add(answer);
      return answer;
    }
  }

  private final ActorTestKit kit = ActorTestKit.create(AggregateKit.CONFIG);
  private final Source source = new Source();
  private final TestProbe<StatusReply<State>> replies = kit.createTestProbe();
  private ActorRef<Payment.Command> payment = kit.spawn(Payment.create("order-1", source, AggregateKit.CLOCK));

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  @Test
  void a_charge_is_made_once_and_remembered_over_a_restart() throws InterruptedException {
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().getValue().transactionId()).isEqualTo("tx-1");
    restart();
    charge();
    assertThat(answer().getValue()).extracting(State::status, State::transactionId).containsExactly(Status.CHARGED, "tx-1");
    assertThat(source.charges).isEmpty();
  }

  @Test
  void two_attempts_at_once_are_one_call_and_both_are_answered() throws InterruptedException {
    charge();
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().isSuccess()).isTrue();
    assertThat(answer().isSuccess()).isTrue();
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_failed_call_leaves_it_open_and_the_next_attempt_calls_again() throws InterruptedException {
    charge();
    called(source.charges).completeExceptionally(new IllegalStateException("the line is dead"));
    assertThat(answer().isError()).isTrue();
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().getValue().attempts()).isEqualTo(2);
  }

  @Test
  void a_decline_is_final() throws InterruptedException {
    charge();
    called(source.charges).complete(new ChargeResult.Declined("PAYMENT_DECLINED", "no"));
    assertThat(answer().getValue()).extracting(State::status, State::code).containsExactly(Status.DECLINED, "PAYMENT_DECLINED");
    charge();
    assertThat(answer().getValue().status()).isEqualTo(Status.DECLINED);
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_refund_gives_back_once() throws InterruptedException {
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    answer();
    refund();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(answer().getValue()).extracting(State::status, State::transactionId).containsExactly(Status.REFUNDED, "tx-1");
    refund();
    assertThat(answer().isSuccess()).isTrue();
    assertThat(source.refunds).isEmpty();
  }

  @Test
  void a_refund_of_what_was_never_charged_still_asks_the_source_and_bars_a_late_charge() throws InterruptedException {
    refund();
    called(source.refunds).complete(RefundResult.NOTHING_TO_REFUND);
    assertThat(answer().getValue().status()).isEqualTo(Status.REFUNDED);
    charge();
    assertThat(Refusal.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_refund_while_a_charge_is_under_way_is_made_at_once_and_wins() throws InterruptedException {
    charge();
    CompletableFuture<ChargeResult> late = called(source.charges);
    refund();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(answer().getValue().status()).isEqualTo(Status.REFUNDED);
    late.complete(new ChargeResult.Charged("tx-1"));
    assertThat(Refusal.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    assertThat(state().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_failed_refund_leaves_it_open_and_the_next_attempt_calls_again() throws InterruptedException {
    refund();
    called(source.refunds).completeExceptionally(new IllegalStateException("the line is dead"));
    assertThat(answer().isError()).isTrue();
    refund();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(answer().isSuccess()).isTrue();
  }

  @Test
  void is_unknown_before_anything_is_known() {
    payment.tell(new Payment.Get(replies.getRef()));
    assertThat(Refusal.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_NOT_FOUND");
  }

  private void charge() {
    payment.tell(new Payment.Charge(DUE, replies.getRef()));
  }

  private void refund() {
    payment.tell(new Payment.Refund(DUE, replies.getRef()));
  }

  private State state() {
    payment.tell(new Payment.Get(replies.getRef()));
    return answer().getValue();
  }

  private StatusReply<State> answer() {
    return replies.receiveMessage(PATIENCE);
  }

  private void restart() {
    kit.stop(payment, PATIENCE);
    payment = kit.spawn(Payment.create("order-1", source, AggregateKit.CLOCK));
  }

  private static <T> CompletableFuture<T> called(BlockingQueue<CompletableFuture<T>> calls) throws InterruptedException {
    CompletableFuture<T> call = calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(call).as("a call of the source").isNotNull();
    return call;
  }
}
