package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.RunningHome;
import io.orderflow.journal.EventGroup;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.testkit.Incarnations;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
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

/** Two incarnations of one payment live at once and both call the source: the customer is charged once, and a refund is final. */
class PaymentIncarnationsSpec {

  /** Remembers payments by their key for good. A charge takes effect, and is answered, when the spec says so. */
  private static final class Source implements PaymentSource {
    private final BlockingQueue<CompletableFuture<ChargeResult>> charges = new LinkedBlockingQueue<>();
    private final Set<String> kept = new HashSet<>();
    private final Set<String> refunded = new HashSet<>();

    @Override
    public boolean acceptsCharges(PaymentMethod method) {
      return true;
    }

    @Override
    public boolean acceptsRefunds(PaymentMethod method) {
      return true;
    }

    @Override
    public boolean hasAnsweredSince(Instant time, PaymentMethod method) {
      return true;
    }

    @Override
    public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean knownToFail) {
      CompletableFuture<ChargeResult> answer = new CompletableFuture<>();
      charges.add(answer);
      return answer;
    }

    @Override
    public synchronized CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean knownToFail) {
      refunded.add(key);
      return CompletableFuture.completedStage(kept.remove(key) ? RefundResult.REFUNDED : RefundResult.NOTHING_TO_REFUND);
    }

    /** Waits until that number of charges has arrived. */
    void isCalled(int calls) {
      Awaitility.await().atMost(Duration.ofSeconds(5)).pollDelay(Duration.ZERO).until(() -> charges.size() == calls);
    }

    /** The oldest charge takes effect. */
    synchronized void takesEffect() {
      try {
        CompletableFuture<ChargeResult> call = charges.poll(5, TimeUnit.SECONDS);
        assertThat(call).as("a charge").isNotNull();
        if (refunded.contains(PaymentKit.DETAILS.key())) {
          call.complete(new ChargeResult.AlreadyRefunded());
        } else {
          kept.add(PaymentKit.DETAILS.key());
          call.complete(new ChargeResult.Charged("tx-1"));
        }
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }

  private final Source source = new Source();
  private final Incarnations<Message> payment = new Incarnations<>(() -> PaymentKit.home(source, AggregateKit.CLOCK, () -> {}));

  @AfterEach
  void close() {
    payment.close();
  }

  @Test
  void a_charge_that_reaches_the_source_after_the_refund_has_no_effect() {
    payment.older.spawns();
    payment.older.tell(charge());
    source.isCalled(1);
    payment.newer.spawns();
    assertThat(payment.newer.ask(refund()).getValue().status()).isEqualTo(Status.REFUNDED);
    source.takesEffect();
    assertThat(source.kept).isEmpty();
    payment.older.refuses(charge(), "PAYMENT_REFUNDED");
    assertThat(source.charges).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_charge_whose_record_lands_late_is_refunded(boolean beforeTheRefund) {
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
    isRefunded();
    charged.lands();
    assertThat(source.kept).isEmpty();
    assertThat(payment.newer.<PaymentState>ask(PaymentCommand.Get::new).getValue().status()).isEqualTo(Status.REFUNDED);
    assertThat(lastRecord()).isInstanceOf(PaymentEvent.Refunded.class);
  }

  /** Asks for the refund until it is on record, as a saga does that recovers with its home: a reply comes before the write, which may fail. */
  private void isRefunded() {
    Awaitility.await().atMost(Duration.ofSeconds(5)).pollDelay(Duration.ZERO).until(() -> {
      assertThat(payment.newer.ask(refund()).getValue().status()).isEqualTo(Status.REFUNDED);
      return lastRecord() instanceof PaymentEvent.Refunded;
    });
  }

  private Object lastRecord() {
    List<Object> groups = payment.journal.events("paid|order-1");
    return groups.isEmpty() ? null : ((EventGroup) groups.get(groups.size() - 1)).events().get(0);
  }

  @Test
  void a_charge_by_both_is_made_once() {
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
    assertThat(payment.journal.events("paid|order-1")).hasSize(1);
  }

  @Test
  void a_payment_that_is_stopped_while_its_write_fails_stops() {
    payment.older.spawns();
    payment.olderLeavesThoughItsWriteFails(refund(), RunningHome.leave());
  }

  private static Function<ActorRef<StatusReply<PaymentState>>, Message> charge() {
    return reply -> new PaymentCommand.Charge(PaymentKit.DETAILS, reply::tell);
  }

  private static Function<ActorRef<StatusReply<PaymentState>>, Message> refund() {
    return reply -> new PaymentCommand.Refund(PaymentKit.DETAILS, reply::tell);
  }
}
