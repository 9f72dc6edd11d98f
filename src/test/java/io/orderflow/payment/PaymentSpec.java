package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.payment.ProviderFailure.Kind;
import io.orderflow.testkit.EntityKit;
import io.orderflow.testkit.SetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One payment against a source of money that the spec answers for. */
class PaymentSpec {

  private static final PaymentDetails DETAILS =
      new PaymentDetails("order-1/charge-payment", new Money(700, "EUR"), new PaymentMethod.Card("tok_1"));
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration DEADLINE = Duration.ofHours(24);
  private static final Duration REFUND_DEADLINE = Duration.ofHours(48);
  private static final Duration HOLD = Duration.ofMillis(200);
  private static final PaymentBackoff PAUSES = new PaymentBackoff(Duration.ofMinutes(5), Duration.ofSeconds(30));

  private static final class Source implements PaymentSource {
    private final BlockingQueue<CompletableFuture<ChargeResult>> charges = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<RefundResult>> refunds = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> suspected = new LinkedBlockingQueue<>();
    private volatile boolean open = true;
    /** When it last answered another payment. */
    private volatile Instant answered = Instant.MIN;

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
    public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean knownToFail) {
      assertThat(key).isEqualTo(DETAILS.key());
      suspected.add(knownToFail);
      return added(charges);
    }

    @Override
    public CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean knownToFail) {
      assertThat(key).isEqualTo(DETAILS.key());
      suspected.add(knownToFail);
      return added(refunds);
    }

    private static <T> CompletableFuture<T> added(BlockingQueue<CompletableFuture<T>> queue) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      queue.add(answer);
      return answer;
    }
  }

  private final SetClock clock = new SetClock(AggregateKit.NOW);
  private final AtomicInteger left = new AtomicInteger();
  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final Source source = new Source();
  private final TestProbe<StatusReply<PaymentState>> replies = kit.createTestProbe();
  private final TestProbe<AttemptOutcome> queue = kit.createTestProbe();
  private ActorRef<PaymentCommand> payment = spawn();

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  @Test
  void a_charge_is_made_once_and_remembered_over_a_restart() throws InterruptedException {
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().getValue().transactionId()).isEqualTo("tx-1");
    assertThat(left).as("leaves memory").hasValue(1);
    restart();
    charge();
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::transactionId).containsExactly(Status.CHARGED, "tx-1");
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
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::code).containsExactly(Status.DECLINED, "PAYMENT_DECLINED");
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
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::transactionId).containsExactly(Status.REFUNDED, "tx-1");
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
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_refund_while_a_charge_is_under_way_is_made_at_once_and_wins() throws InterruptedException {
    charge();
    CompletableFuture<ChargeResult> late = called(source.charges);
    refund();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    assertThat(answer().getValue().status()).isEqualTo(Status.REFUNDED);
    late.complete(new ChargeResult.Charged("tx-1"));
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
  void a_charge_that_the_provider_fails_is_queued_and_made_when_its_turn_comes() throws InterruptedException {
    charge();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::attempts)
        .containsExactly(Status.QUEUED, Operation.CHARGE, 1);
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    charge();
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::transactionId, PaymentState::attempts)
        .containsExactly(Status.CHARGED, "tx-1", 2);
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.OVER);
    assertThat(source.charges).isEmpty();
  }

  @Test
  void who_asks_while_it_is_queued_is_answered_as_soon_as_it_is_charged() throws InterruptedException {
    source.open = false;
    charge();
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().getValue().status()).isEqualTo(Status.CHARGED);
  }

  @Test
  void a_charge_that_is_not_to_be_tried_now_is_queued_without_a_call_and_over_a_restart() throws InterruptedException {
    source.open = false;
    charge();
    assertThat(answer().getValue().attempts()).isZero();
    restart();
    assertThat(state()).extracting(PaymentState::status, PaymentState::queuedAt).containsExactly(Status.QUEUED, AggregateKit.NOW);
    assertThat(source.charges).isEmpty();
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void a_turn_tells_whether_the_provider_was_called_and_counts_it() throws InterruptedException {
    source.open = false;
    charge();
    takeTurn();
    fails(source.charges, Kind.NOT_CALLED);
    assertThat(turn()).isEqualTo(AttemptOutcome.NOT_CALLED);
    takeTurn();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
    restart();
    assertThat(state()).extracting(PaymentState::status, PaymentState::attempts, PaymentState::reason)
        .containsExactly(Status.QUEUED, 1, "the provider is ill");
  }

  @Test
  void two_turns_at_once_are_one_call() throws InterruptedException {
    source.open = false;
    charge();
    takeTurn();
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(source.charges).isEmpty();
  }

  @Test
  void past_the_deadline_it_is_declined_for_who_asks() {
    source.open = false;
    charge();
    assertThat(answer().getValue().status()).isEqualTo(Status.QUEUED);
    clock.set(AggregateKit.NOW.plus(DEADLINE));
    charge();
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::code)
        .containsExactly(Status.DECLINED, "PAYMENT_TIMEOUT");
  }

  @Test
  void past_the_deadline_it_is_not_charged_when_its_turn_comes() {
    source.open = false;
    charge();
    answer();
    clock.set(AggregateKit.NOW.plus(DEADLINE));
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.OVER);
    assertThat(state().code()).isEqualTo("PAYMENT_TIMEOUT");
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_call_that_is_under_way_at_the_deadline_still_counts() throws InterruptedException {
    source.open = false;
    charge();
    takeTurn();
    CompletableFuture<ChargeResult> call = called(source.charges);
    clock.set(AggregateKit.NOW.plus(DEADLINE));
    charge();
    call.complete(new ChargeResult.Charged("tx-1"));
    assertThat(answer().getValue().status()).isEqualTo(Status.CHARGED);
  }

  @Test
  void a_charge_that_the_provider_does_not_accept_is_declined() throws InterruptedException {
    charge();
    fails(source.charges, Kind.NOT_ACCEPTED);
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::code)
        .containsExactly(Status.DECLINED, "PAYMENT_DECLINED");
  }

  @Test
  void a_refund_that_the_provider_fails_is_queued_which_is_as_good_as_made() throws InterruptedException {
    charge();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    answer();
    refund();
    fails(source.refunds, Kind.IN_DOUBT);
    assertThat(answer().getValue()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::transactionId)
        .containsExactly(Status.QUEUED, Operation.REFUND, "tx-1");
    charge();
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    restart();
    takeTurn();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(state()).extracting(PaymentState::status, PaymentState::waitsFor).containsExactly(Status.REFUNDED, null);
  }

  @Test
  void a_refund_of_a_charge_that_is_queued_takes_its_place() throws InterruptedException {
    source.open = false;
    charge();
    refund();
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    assertThat(answer().getValue().waitsFor()).isEqualTo(Operation.REFUND);
    takeTurn();
    called(source.refunds).complete(RefundResult.NOTHING_TO_REFUND);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(source.charges).isEmpty();
  }

  @Test
  void a_charge_that_succeeds_after_its_refund_was_queued_is_given_back() throws InterruptedException {
    charge();
    CompletableFuture<ChargeResult> late = called(source.charges);
    source.open = false;
    refund();
    assertThat(answer().isError()).isTrue();
    assertThat(answer().isSuccess()).isTrue();
    late.complete(new ChargeResult.Charged("tx-1"));
    takeTurn();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(state().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_charge_that_ends_during_the_turn_of_its_refund_does_not_end_that_turn() throws InterruptedException {
    charge();
    CompletableFuture<ChargeResult> late = called(source.charges);
    source.open = false;
    refund();
    takeTurn();
    CompletableFuture<RefundResult> refunding = called(source.refunds);
    late.completeExceptionally(new ProviderFailure(Kind.IN_DOUBT, "the provider is ill"));
    state();
    refunding.completeExceptionally(new ProviderFailure(Kind.IN_DOUBT, "the provider is ill"));
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
  }

  @Test
  void stays_in_memory_while_a_call_is_under_way() throws InterruptedException {
    charge();
    called(source.charges);
    source.open = false;
    refund();
    takeTurn();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(left).hasValue(0);
  }

  @Test
  void a_queued_refund_that_is_not_accepted_waits_apart_from_the_others() throws InterruptedException {
    source.open = false;
    refund();
    answer();
    takeTurn();
    fails(source.refunds, Kind.NOT_ACCEPTED);
    assertThat(turn()).isEqualTo(AttemptOutcome.POSTPONED);
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.POSTPONED);
    assertThat(source.refunds).isEmpty();
    clock.set(AggregateKit.NOW.plusSeconds(4));
    takeTurn();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void what_fails_while_nobody_succeeds_keeps_its_place_and_makes_pauses_that_grow_up_to_a_bound() throws InterruptedException {
    source.open = false;
    charge();
    answer();
    Duration longest = Duration.ZERO;
    for (int failures = 1; failures <= 12; failures++) {
      takeTurn();
      fails(source.charges, Kind.IN_DOUBT);
      assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
      Duration pause = Duration.between(clock.instant(), state().notBefore());
      Duration full = Duration.ofMillis(Math.min(500L << (failures - 1), 30_000));
      assertThat(pause).isBetween(full.multipliedBy(7).dividedBy(10), full);
      longest = pause.compareTo(longest) > 0 ? pause : longest;
      takeTurn();
      assertThat(turn()).as("before its pause is over").isEqualTo(AttemptOutcome.POSTPONED);
      clock.set(state().notBefore());
    }
    assertThat(longest).isGreaterThan(Duration.ofSeconds(20));
    assertThat(source.suspected).doesNotContain(true);
  }

  @Test
  void what_fails_while_others_succeed_is_postponed_over_a_restart_and_suspected() throws InterruptedException {
    charge();
    fails(source.charges, Kind.IN_DOUBT);
    answer();
    source.answered = AggregateKit.NOW.plusSeconds(1);
    clock.set(AggregateKit.NOW.plusSeconds(2));
    takeTurn();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.POSTPONED);
    restart();
    assertThat(state()).extracting(PaymentState::postponed, PaymentState::failures).containsExactly(true, 2);
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.POSTPONED);
    assertThat(source.charges).as("the pause lasts").isEmpty();
    clock.set(state().notBefore());
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(source.suspected).containsExactly(false, true, true);
  }

  @Test
  void a_pause_made_while_nobody_succeeded_is_over_as_soon_as_another_payment_was_answered_anywhere() throws InterruptedException {
    source.open = false;
    charge();
    answer();
    takeTurn();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
    payment.tell(new PaymentCommand.Attempt(AggregateKit.NOW.plusMillis(1), queue.getRef()));
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void a_pause_ends_at_the_deadline_at_the_latest() throws InterruptedException {
    source.open = false;
    charge();
    answer();
    clock.set(AggregateKit.NOW.plus(DEADLINE).minusMillis(100));
    takeTurn();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
    clock.set(AggregateKit.NOW.plus(DEADLINE));
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.OVER);
    assertThat(state().code()).isEqualTo("PAYMENT_TIMEOUT");
  }

  @Test
  void a_pause_that_a_wrong_clock_made_longer_than_any_can_be_is_over() throws InterruptedException {
    clock.set(AggregateKit.NOW.plus(Duration.ofHours(1)));
    source.open = false;
    charge();
    answer();
    takeTurn();
    fails(source.charges, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
    clock.set(AggregateKit.NOW);
    takeTurn();
    called(source.charges).complete(new ChargeResult.Charged("tx-1"));
    assertThat(turn()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void a_queued_refund_that_is_refused_again_and_again_is_given_up_and_made_when_it_is_asked_for_again() throws InterruptedException {
    source.open = false;
    refund();
    answer();
    for (int call = 1; call <= 5; call++) {
      takeTurn();
      called(source.refunds).completeExceptionally(new ProviderFailure(call % 2 == 0 ? Kind.NOT_ACCEPTED : Kind.IN_DOUBT, true, "no"));
      assertThat(turn()).isEqualTo(call < 5 ? call == 1 ? AttemptOutcome.FAILED : AttemptOutcome.POSTPONED : AttemptOutcome.GIVEN_UP);
      clock.set(clock.instant().plusSeconds(60));
    }
    restart();
    assertThat(state()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::reason)
        .containsExactly(Status.REFUND_FAILED, null, "no");
    takeTurn();
    assertThat(turn()).as("also for a queue that has not heard of it").isEqualTo(AttemptOutcome.GIVEN_UP);
    charge();
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_REFUNDED");
    source.open = true;
    refund();
    called(source.refunds).complete(RefundResult.REFUNDED);
    assertThat(answer().getValue().status()).isEqualTo(Status.REFUNDED);
    assertThat(state().queuedAt()).as("the queue hears of its end").isNotNull();
  }

  @Test
  void a_queued_refund_that_fails_for_ever_is_given_up_after_its_deadline() throws InterruptedException {
    source.open = false;
    refund();
    answer();
    for (int call = 1; call < 7; call++) {
      takeTurn();
      fails(source.refunds, Kind.IN_DOUBT);
      assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
      clock.set(clock.instant().plusSeconds(60));
    }
    clock.set(AggregateKit.NOW.plus(REFUND_DEADLINE));
    takeTurn();
    fails(source.refunds, Kind.IN_DOUBT);
    assertThat(turn()).isEqualTo(AttemptOutcome.GIVEN_UP);
    assertThat(state().status()).isEqualTo(Status.REFUND_FAILED);
  }

  @Test
  void a_refund_that_is_refused_at_once_is_listed_and_no_charge_is_made_any_more() throws InterruptedException {
    source.open = false;
    charge();
    answer();
    source.open = true;
    refund();
    fails(source.refunds, Kind.NOT_ACCEPTED);
    assertThat(answer().isError()).isTrue();
    assertThat(state().status()).isEqualTo(Status.REFUND_FAILED);
    takeTurn();
    assertThat(turn()).isEqualTo(AttemptOutcome.GIVEN_UP);
    assertThat(source.charges).isEmpty();
    refund();
    fails(source.refunds, Kind.NOT_ACCEPTED);
    assertThat(answer().isError()).isTrue();
    refund();
    called(source.refunds).complete(RefundResult.NOTHING_TO_REFUND);
    assertThat(answer().getValue().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_call_that_fails_by_a_defect_of_our_own_does_not_keep_the_queue_waiting() throws InterruptedException {
    source.open = false;
    charge();
    answer();
    takeTurn();
    called(source.charges).completeExceptionally(new IllegalStateException("a defect"));
    assertThat(turn()).isEqualTo(AttemptOutcome.FAILED);
  }

  @Test
  void tells_the_queue_when_it_joins_and_leaves_by_the_manifest_of_its_events() {
    assertThat(Stream.<PaymentEvent>of(
        new PaymentEvent.Queued(Operation.CHARGE, DETAILS, 0, null, AggregateKit.NOW),
        new PaymentEvent.Queued(Operation.CHARGE, DETAILS, 1, "ill", AggregateKit.NOW),
        new PaymentEvent.AttemptFailed("ill", 1, AggregateKit.NOW, 2, true, AggregateKit.NOW),
        new PaymentEvent.RefundGivenUp(DETAILS, "no", 5, AggregateKit.NOW),
        new PaymentEvent.Charged(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "tx", 1, AggregateKit.NOW, AggregateKit.NOW),
        new PaymentEvent.Charged(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "tx", 1, null, AggregateKit.NOW),
        new PaymentEvent.Declined(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "c", "r", 1, AggregateKit.NOW, AggregateKit.NOW),
        new PaymentEvent.Refunded(DETAILS.method(), DETAILS.amount(), DETAILS.key(), AggregateKit.NOW, AggregateKit.NOW)).map(PaymentEvent::manifest))
        .containsExactly("QUEUED", "QUEUED:1", "FAILED:2:1:" + AggregateKit.NOW.toEpochMilli(), "GIVEN_UP", "SETTLED", "", "SETTLED", "SETTLED");
  }

  @Test
  void is_unknown_before_anything_is_known() {
    payment.tell(new PaymentCommand.Get(replies.getRef()));
    assertThat(Rejection.in(answer().getError()).orElseThrow().code()).isEqualTo("PAYMENT_NOT_FOUND");
  }

  private void charge() {
    payment.tell(new PaymentCommand.Charge(DETAILS, replies.getRef()));
  }

  private void refund() {
    payment.tell(new PaymentCommand.Refund(DETAILS, replies.getRef()));
  }

  private void takeTurn() {
    payment.tell(new PaymentCommand.Attempt(null, queue.getRef()));
  }

  private AttemptOutcome turn() {
    return queue.receiveMessage(PATIENCE);
  }

  private static <T> void fails(BlockingQueue<CompletableFuture<T>> calls, Kind kind) throws InterruptedException {
    called(calls).completeExceptionally(new ProviderFailure(kind, "the provider is ill"));
  }

  private PaymentState state() {
    TestProbe<StatusReply<PaymentState>> asked = kit.createTestProbe();
    payment.tell(new PaymentCommand.Get(asked.getRef()));
    return asked.receiveMessage(PATIENCE).getValue();
  }

  private StatusReply<PaymentState> answer() {
    return replies.receiveMessage(PATIENCE);
  }

  private void restart() {
    kit.stop(payment, PATIENCE);
    payment = spawn();
  }

  private ActorRef<PaymentCommand> spawn() {
    return kit.spawn(Payment.create("order-1", source, new PaymentSettings(DEADLINE, REFUND_DEADLINE, HOLD, PAUSES), clock, left::incrementAndGet));
  }

  private static <T> CompletableFuture<T> called(BlockingQueue<CompletableFuture<T>> calls) throws InterruptedException {
    CompletableFuture<T> call = calls.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(call).as("a call of the source").isNotNull();
    return call;
  }
}
