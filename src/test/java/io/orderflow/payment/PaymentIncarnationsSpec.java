package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Money;
import io.orderflow.payment.Payment.Patience;
import io.orderflow.payment.PaymentState.Due;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.testkit.Incarnations;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one payment live at once, and both call the source of the money: it is taken once, and what is refunded stays so. */
class PaymentIncarnationsSpec {

  private static final Due DUE = new Due("order-1/charge-payment", new Money(700, "EUR"), new PaymentMethod.Card("tok_1"));

  /** Knows payments by their key for good. A charge takes effect, and is answered, when the spec takes it from the line. */
  private static final class Source implements PaymentSource {
    private final BlockingQueue<CompletableFuture<ChargeResult>> line = new LinkedBlockingQueue<>();
    private final Set<String> kept = new HashSet<>();
    private final Set<String> refunded = new HashSet<>();

    @Override
    public boolean takesCharges(PaymentMethod method) {
      return true;
    }

    @Override
    public boolean takesRefunds(PaymentMethod method) {
      return true;
    }

    @Override
    public boolean hasAnsweredSince(java.time.Instant time, PaymentMethod method) {
      return true;
    }

    @Override
    public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean suspect) {
      CompletableFuture<ChargeResult> answer = new CompletableFuture<>();
      line.add(answer);
      return answer;
    }

    @Override
    public synchronized CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean suspect) {
      refunded.add(key);
      return CompletableFuture.completedStage(kept.remove(key) ? RefundResult.REFUNDED : RefundResult.NOTHING_TO_REFUND);
    }

    /** Waits until so many calls are on the line. */
    void isCalled(int calls) {
      Awaitility.await().atMost(Duration.ofSeconds(5)).pollDelay(Duration.ZERO).until(() -> line.size() == calls);
    }

    /** The next call reaches it. */
    synchronized void takesEffect() {
      try {
        CompletableFuture<ChargeResult> call = line.poll(5, TimeUnit.SECONDS);
        assertThat(call).as("a charge").isNotNull();
        if (refunded.contains(DUE.key())) {
          call.complete(new ChargeResult.AlreadyRefunded());
        } else {
          kept.add(DUE.key());
          call.complete(new ChargeResult.Charged("tx-1"));
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }

  private final Source source = new Source();
  private final Incarnations<Payment.Command> payment = new Incarnations<>(() -> Payment.create("order-1", source,
      new Patience(Duration.ofHours(24), Duration.ofDays(7), Duration.ofMillis(200),
          new PaymentPauses(Duration.ofMinutes(5), Duration.ofSeconds(30))), AggregateKit.CLOCK, () -> {}));

  @AfterEach
  void close() {
    payment.close();
  }

  @Test
  void a_charge_that_reaches_the_source_after_the_refund_takes_nothing() {
    payment.older.spawns();
    payment.older.tell(charge());
    source.isCalled(1);
    payment.newer.spawns();
    assertThat(payment.newer.ask(refund()).getValue().status()).isEqualTo(Status.REFUNDED);
    source.takesEffect();
    assertThat(source.kept).isEmpty();
    payment.older.refuses(charge(), "PAYMENT_REFUNDED");
    assertThat(source.line).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_charge_whose_record_lands_late_is_given_back(boolean beforeTheRefund) {
    payment.older.spawns();
    payment.older.tell(charge());
    source.isCalled(1);
    payment.journal.holdIf(all -> true);
    source.takesEffect();
    LateJournal.Held charged = payment.awaitHeld();
    payment.journal.holdNone();
    payment.newer.spawns();
    if (beforeTheRefund) {
      charged.landsUnheard();
    }
    assertThat(payment.newer.ask(refund()).getValue().status()).isEqualTo(Status.REFUNDED);
    charged.lands();
    assertThat(source.kept).isEmpty();
    assertThat(payment.newer.<PaymentState>ask(Payment.Get::new).getValue().status()).isEqualTo(Status.REFUNDED);
    assertThat(payment.journal.events("payment|order-1")).last().isInstanceOf(PaymentEvent.Refunded.class);
  }

  @Test
  void what_both_charge_is_charged_once() {
    payment.older.spawns();
    payment.newer.spawns();
    payment.older.tell(charge());
    payment.newer.tell(charge());
    source.isCalled(2);
    source.takesEffect();
    source.takesEffect();
    assertThat(payment.older.ask(charge()).getValue().transactionId()).isEqualTo("tx-1");
    assertThat(payment.newer.ask(charge()).getValue().transactionId()).isEqualTo("tx-1");
    assertThat(source.kept).hasSize(1);
    assertThat(payment.journal.events("payment|order-1")).hasSize(1);
  }

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    payment.older.spawns();
    payment.olderLeavesThoughItsWriteFails(refund(), Payment.Stop.INSTANCE);
  }

  private static Function<ActorRef<StatusReply<PaymentState>>, Payment.Command> charge() {
    return reply -> new Payment.Charge(DUE, reply);
  }

  private static Function<ActorRef<StatusReply<PaymentState>>, Payment.Command> refund() {
    return reply -> new Payment.Refund(DUE, reply);
  }
}
