package io.orderflow.payment;

import static io.orderflow.payment.PaymentKit.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.payment.PaymentQueueQueries.Backlog;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which queued payments may be attempted, in which order and how many at once. */
class QueueOrderSpec {

  private final QueueOrder order = order(3);

  @Test
  void a_payment_is_due_once_its_back_off_is_over() {
    assertThat(order.isDue(new QueuedPayment("a", 1, NOW), NOW)).isTrue();
    assertThat(order.isDue(failed(1, NOW.plusMillis(1)), NOW)).isFalse();
    assertThat(order.isDue(failed(1, NOW), NOW)).isTrue();
    assertThat(order.isDue(failed(1, NOW.plusSeconds(301)), NOW)).as("later than any pause lasts").isTrue();
  }

  @Test
  void an_answer_of_the_provider_ends_the_back_offs_of_payments_that_failed_before_it() {
    QueuedPayment payment = failed(1, NOW.plusSeconds(9));
    order.answered(NOW);
    order.answered(null);
    assertThat(order.isDue(payment, NOW)).isFalse();
    assertThat(order.isInDoubt(payment)).isTrue();
    order.answered(NOW.plusMillis(1));
    order.answered(NOW);
    assertThat(order.lastAnswered()).isEqualTo(NOW.plusMillis(1));
    assertThat(order.isDue(payment, NOW)).isTrue();
    assertThat(order.isInDoubt(payment)).isFalse();
  }

  @Test
  void a_round_ends_when_as_many_attempts_in_a_row_have_failed_as_decide_a_half_open_breaker() {
    assertThat(order.failed()).isFalse();
    assertThat(order.failed()).isFalse();
    order.succeeded(NOW);
    assertThat(order.failed()).isFalse();
    assertThat(order.failed()).isFalse();
    assertThat(order.failed()).isTrue();
  }

  @Test
  void after_a_round_without_a_success_payments_take_turns_until_one_succeeds() {
    order.roundBegins();
    order.failed();
    assertThat(order.afterFailure()).isSameAs(QueueOrder.BY_POSITION);
    order.roundBegins();
    assertThat(order.afterFailure()).isSameAs(QueueOrder.LEAST_FAILED);
    order.roundBegins();
    assertThat(order.afterFailure()).isSameAs(QueueOrder.LEAST_FAILED);
    order.succeeded(NOW);
    assertThat(order.afterFailure()).isSameAs(QueueOrder.BY_POSITION);
  }

  @Test
  void a_first_payment_that_keeps_the_breaker_open_by_itself_yields_after_three_more_failures_than_another() {
    QueuedPayment other = failed(1, NOW);
    assertThat(order(1).firstYields(List.of(failed(3, NOW.plusSeconds(9)), other), NOW)).isFalse();
    assertThat(order(1).firstYields(List.of(failed(4, NOW.plusSeconds(9)), other), NOW)).isTrue();
    assertThat(order.firstYields(List.of(failed(4, NOW.plusSeconds(9)), other), NOW)).as("one failure does not open it").isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "19, 0, 1", "20, 0, 2", "30, 10, 2", "5000, 0, 32"})
  void a_tenth_of_the_payments_that_are_not_postponed_is_in_flight_at_once(int waiting, int postponed, int maxInFlight) {
    assertThat(order.maxInFlight(new Backlog(waiting, postponed, null, 0))).isEqualTo(maxInFlight);
  }

  private static QueueOrder order(int halfOpenCalls) {
    return new QueueOrder(ConfigFactory.parseString("queue { parallel = 32, max-pause = 5m }, breaker { failure-rate = 50, half-open-calls = "
        + halfOpenCalls + " }"));
  }

  /** A payment whose last call failed now. */
  private static QueuedPayment failed(int failures, Instant dueAt) {
    return new QueuedPayment("a", 1, NOW, failures, NOW, dueAt);
  }
}
