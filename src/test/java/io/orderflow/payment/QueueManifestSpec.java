package io.orderflow.payment;

import static io.orderflow.payment.PaymentKit.DETAILS;
import static io.orderflow.payment.PaymentKit.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.payment.PaymentState.Operation;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The text in the journal's manifest column by which the queue's table follows payments. */
class QueueManifestSpec {

  @Test
  void each_event_says_whether_the_payment_joins_or_leaves_the_queue() {
    assertThat(Stream.<PaymentEvent>of(
        new PaymentEvent.Queued(Operation.CHARGE, DETAILS, 0, null, NOW),
        new PaymentEvent.Queued(Operation.CHARGE, DETAILS, 1, "ill", NOW),
        new PaymentEvent.AttemptFailed("ill", 1, NOW, 2, true, NOW),
        new PaymentEvent.RefundGivenUp(DETAILS, "no", 5, NOW),
        new PaymentEvent.Charged(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "tx", 1, NOW, NOW),
        new PaymentEvent.Charged(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "tx", 1, null, NOW),
        new PaymentEvent.Declined(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "c", "r", 1, NOW, NOW),
        new PaymentEvent.Refunded(DETAILS.method(), DETAILS.amount(), DETAILS.key(), NOW, NOW)).map(PaymentEvent::manifest))
        .containsExactly("QUEUED", "QUEUED:1", "FAILED:2:1:" + NOW.toEpochMilli(), "GIVEN_UP", "SETTLED", "", "SETTLED", "SETTLED");
  }

  @Test
  void is_read_as_it_was_written() {
    assertThat(QueueManifest.parse("QUEUED")).isEqualTo(new QueueManifest("QUEUED", 0, false, 0));
    assertThat(QueueManifest.parse("QUEUED:1")).isEqualTo(new QueueManifest("QUEUED", 1, false, 0));
    assertThat(QueueManifest.parse(QueueManifest.failed(3, true, NOW))).isEqualTo(new QueueManifest("FAILED", 3, true, NOW.toEpochMilli()));
    assertThat(QueueManifest.parse(QueueManifest.failed(3, false, NOW)).postponed()).isFalse();
  }

  @Test
  void other_manifests_do_not_concern_the_queue() {
    assertThat(Stream.of("SETTLED", "GIVEN_UP", "FAILED:1:0:5")).allMatch(QueueManifest::concernsQueue);
    assertThat(Stream.of("", "RUNNING", "QUEUED_UP")).noneMatch(QueueManifest::concernsQueue);
    assertThat(QueueManifest.concernsQueue(null)).isFalse();
  }
}
