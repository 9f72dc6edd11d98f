package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.orderflow.journal.JournalReader;
import io.orderflow.payment.PaymentQueueQueries.Backlog;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of queued payments follows the journal. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class PaymentQueueTableSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private final TestJournal journal;
  private final Connection connection;

  PaymentQueueTableSpec(TestDatabase database) throws SQLException {
    journal = TestJournal.of(database.fresh());
    connection = journal.connection();
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void payments_are_in_the_order_in_which_they_were_queued() throws SQLException {
    journal.event(1, "payment|c", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|a", 1, "", NOW.toEpochMilli());
    journal.event(3, "saga-order|x", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(4, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    assertThat(PaymentQueueQueries.first(connection, 10)).containsExactly(new QueuedPayment("c", 1, NOW), new QueuedPayment("b", 4, NOW));
    assertThat(PaymentQueueQueries.first(connection, 1)).extracting(QueuedPayment::orderId).containsExactly("c");
  }

  @Test
  void a_settled_payment_is_removed_whether_its_events_are_read_together_or_not() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    journal.event(2, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(3, "payment|a", 2, "SETTLED", NOW.toEpochMilli());
    journal.event(4, "payment|b", 2, "SETTLED", NOW.toEpochMilli());
    sweep(1);
    assertThat(PaymentQueueQueries.first(connection, 10)).isEmpty();
  }

  @Test
  void a_payment_that_is_queued_again_goes_to_the_end() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    journal.event(3, "payment|a", 2, "QUEUED", NOW.toEpochMilli());
    sweep(2);
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId).containsExactly("b", "a");
  }

  @Test
  void events_that_are_read_again_change_nothing() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    journal.event(2, "payment|a", 2, "SETTLED", NOW.toEpochMilli());
    journal.event(3, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    sweep(0);
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId).containsExactly("b");
  }

  @Test
  void a_payment_that_answered_as_settled_is_removed_unless_it_was_queued_again() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    List<QueuedPayment> both = PaymentQueueQueries.first(connection, 10);
    journal.event(3, "payment|b", 2, "QUEUED", NOW.toEpochMilli());
    sweep(2);
    journal.event(4, "payment|a", 2, "SETTLED", NOW.toEpochMilli());
    PaymentQueueTable.remove(connection, both);
    assertThat(PaymentQueueQueries.first(connection, 10)).containsExactly(new QueuedPayment("b", 3, NOW));
  }

  @Test
  void a_payment_whose_attempt_failed_keeps_its_place_and_has_a_due_time() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED:1", NOW.toEpochMilli());
    journal.event(2, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(3, "payment|b", 2, failed(1, false, 5), NOW.toEpochMilli());
    sweep(0);
    journal.event(4, "payment|a", 2, failed(2, false, 9), NOW.plusSeconds(2).toEpochMilli());
    sweep(3);
    assertThat(PaymentQueueQueries.first(connection, 10)).containsExactly(
        new QueuedPayment("a", 1, NOW, 2, NOW.plusSeconds(2), NOW.plusSeconds(9)), new QueuedPayment("b", 2, NOW, 1, NOW, NOW.plusSeconds(5)));
    sweep(0);
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId, QueuedPayment::failures)
        .containsExactly(tuple("a", 2), tuple("b", 1));
  }

  @Test
  void postponed_payments_are_not_among_the_first_and_are_found_when_they_are_due() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|b", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(3, "payment|c", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(4, "payment|a", 2, failed(3, true, 8), NOW.toEpochMilli());
    journal.event(5, "payment|b", 2, failed(3, true, 4), NOW.toEpochMilli());
    sweep(0);
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId).containsExactly("c");
    assertThat(due(3)).isEmpty();
    assertThat(due(4)).containsExactly("b");
    assertThat(due(8)).containsExactly("b", "a");
    assertThat(due(-60)).as("due later than any pause can last").containsExactly("b", "a");
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 10)).isEqualTo(new Backlog(3, 2, NOW, 0));
  }

  @Test
  void a_payment_that_backs_off_is_not_the_oldest_that_others_queue_behind() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|a", 2, failed(1, false, 5), NOW.toEpochMilli());
    sweep(0);
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 10)).isEqualTo(new Backlog(1, 0, null, 0));
    assertThat(PaymentQueueQueries.backlog(connection, NOW.plusSeconds(5), 10)).isEqualTo(new Backlog(1, 0, NOW, 0));
  }

  @Test
  void refunds_that_were_given_up_are_listed_apart_and_not_archived() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    journal.event(2, "payment|b", 1, "", NOW.toEpochMilli());
    sweep(0);
    journal.event(3, "payment|a", 2, "GIVEN_UP", NOW.toEpochMilli());
    journal.event(4, "payment|b", 2, "GIVEN_UP", NOW.toEpochMilli());
    sweep(2);
    assertThat(PaymentQueueQueries.first(connection, 10)).isEmpty();
    assertThat(due(0)).isEmpty();
    assertThat(PaymentQueueQueries.page(connection, false, NOW.plusSeconds(1), "", 10)).isEmpty();
    assertThat(PaymentQueueQueries.page(connection, true, NOW.plusSeconds(1), "", 10)).extracting(QueuedPayment::orderId).containsExactly("b", "a");
    assertThat(PaymentQueueQueries.givenUp(connection, 0, 1)).extracting(QueuedPayment::orderId).containsExactly("a");
    assertThat(PaymentQueueQueries.givenUp(connection, 1, 9)).extracting(QueuedPayment::orderId).containsExactly("b");
    assertThat(PaymentQueueQueries.unfinished(connection, List.of("a", "b", "c"))).containsExactlyInAnyOrder("a", "b");
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 10)).isEqualTo(new Backlog(0, 0, null, 2));
    journal.event(5, "payment|a", 3, "QUEUED:1", NOW.toEpochMilli());
    journal.event(6, "payment|b", 3, "SETTLED", NOW.toEpochMilli());
    sweep(4);
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId).containsExactly("a");
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 10)).isEqualTo(new Backlog(1, 0, NOW, 0));
  }

  @Test
  void a_failed_payment_is_delayed_until_its_event_is_read() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    PaymentQueueTable.delay(connection, PaymentQueueQueries.first(connection, 1), NOW, NOW.plusSeconds(1));
    assertThat(PaymentQueueQueries.first(connection, 1)).containsExactly(new QueuedPayment("a", 1, NOW, 0, NOW, NOW.plusSeconds(1)));
    journal.event(2, "payment|a", 2, failed(1, false, 5), NOW.toEpochMilli());
    sweep(1);
    assertThat(PaymentQueueQueries.first(connection, 1)).containsExactly(new QueuedPayment("a", 1, NOW, 1, NOW, NOW.plusSeconds(5)));
  }

  @Test
  void a_payment_that_answered_as_settled_stays_while_the_journal_says_that_it_is_queued() throws SQLException {
    journal.event(1, "payment|a", 1, "QUEUED", NOW.toEpochMilli());
    sweep(0);
    PaymentQueueTable.remove(connection, PaymentQueueQueries.first(connection, 10));
    assertThat(PaymentQueueQueries.first(connection, 10)).extracting(QueuedPayment::orderId).containsExactly("a");
    connection.createStatement().executeUpdate("DELETE FROM event_journal");
    PaymentQueueTable.remove(connection, PaymentQueueQueries.first(connection, 10));
    assertThat(PaymentQueueQueries.first(connection, 10)).isEmpty();
  }

  @Test
  void the_backlog_is_counted_up_to_a_bound_with_the_oldest_payment() throws SQLException {
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 2)).isEqualTo(Backlog.EMPTY);
    for (int i = 1; i <= 3; i++) {
      journal.event(i, "payment|" + i, 1, "QUEUED", NOW.toEpochMilli());
    }
    sweep(0);
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 10)).isEqualTo(new Backlog(3, 0, NOW, 0));
    assertThat(PaymentQueueQueries.backlog(connection, NOW, 2)).isEqualTo(new Backlog(2, 0, NOW, 0));
  }

  @Test
  void pages_list_the_newest_payment_first() throws SQLException {
    for (int i = 1; i <= 3; i++) {
      journal.event(i, "payment|" + i, 1, "QUEUED", NOW.toEpochMilli());
    }
    sweep(0);
    assertThat(PaymentQueueQueries.page(connection, false, NOW.plusSeconds(1), "", 2)).extracting(QueuedPayment::orderId).containsExactly("3", "2");
    assertThat(PaymentQueueQueries.page(connection, false, NOW, "2", 2)).extracting(QueuedPayment::orderId).containsExactly("1");
  }

  private static String failed(int failures, boolean postponed, int dueInSeconds) {
    return QueueManifest.failed(failures, postponed, NOW.plusSeconds(dueInSeconds));
  }

  /** The postponed payments that are due after that number of seconds, with pauses of at most a minute. */
  private List<String> due(int seconds) throws SQLException {
    return PaymentQueueQueries.duePostponed(connection, NOW.plusSeconds(seconds), Duration.ofMinutes(1), 10).stream()
        .map(QueuedPayment::orderId).toList();
  }

  private void sweep(long from) throws SQLException {
    PaymentQueueTable.record(connection, JournalReader.ofHeads(from).next(connection, NOW, 100));
  }
}
