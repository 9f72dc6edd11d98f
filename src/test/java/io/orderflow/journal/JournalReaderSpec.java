package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.journal.JournalReader.Gap;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How the journal is read without missing an event, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class JournalReaderSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000_000);
  private static final int LIMIT = 100;

  @Parameter
  private TestDatabase database;
  private TestJournal journal;

  @BeforeEach
  void open() throws SQLException {
    journal = TestJournal.of(database.fresh());
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void reads_each_event_once() throws SQLException {
    JournalReader reader = JournalReader.ofHeads(0);
    event(1, "order|a", 1);
    event(2, "account|b", 1);
    assertThat(next(reader)).extracting(Row::ordering).containsExactly(1L, 2L);
    assertThat(next(reader)).isEmpty();
    assertThat(reader.safePosition()).isEqualTo(2);
  }

  @Test
  void brings_the_bytes_of_one_kind_of_entity_and_of_others_that_they_are_there() throws SQLException {
    JournalReader reader = JournalReader.of(List.of("order"), JournalPosition.START, NOW);
    event(1, "order|a", 1);
    event(2, "orderly|b", 1);
    assertThat(next(reader)).extracting(row -> row.payload() == null).containsExactly(false, true);
  }

  @Test
  void an_event_that_becomes_visible_late_is_not_missed_and_until_then_holds_the_position() throws SQLException {
    JournalReader reader = JournalReader.ofHeads(0);
    event(1, "order|a", 1);
    event(4, "order|b", 1);
    next(reader);
    assertThat(reader.safePosition()).isEqualTo(1);
    event(3, "order|c", 1);
    assertThat(next(reader)).extracting(Row::ordering).containsExactly(3L);
    assertThat(reader.safePosition()).isEqualTo(1);
    event(2, "order|d", 1);
    assertThat(next(reader)).extracting(Row::ordering).containsExactly(2L);
    assertThat(reader.safePosition()).isEqualTo(4);
  }

  @Test
  void what_was_missing_is_still_asked_for_by_the_reader_that_goes_on_at_its_position() throws SQLException {
    JournalReader reader = JournalReader.of(List.of("order"), JournalPosition.START, NOW);
    event(1, "order|a", 1);
    event(5, "order|b", 1);
    event(5000, "order|c", 1);
    next(reader);
    JournalReader another = JournalReader.of(List.of("order"), JournalPosition.parse(reader.position().toString()), NOW);
    event(3, "order|d", 1);
    event(4000, "order|e", 1);
    event(5001, "order|f", 1);
    assertThat(next(another)).extracting(Row::ordering).containsExactly(3L, 4000L, 5001L);
    assertThat(another.position()).hasToString("5001;2,4,6-3999,4001-4999");
  }

  @Test
  void a_number_that_never_comes_is_given_up_when_no_transaction_can_be_that_old() throws SQLException {
    JournalReader reader = JournalReader.ofHeads(0);
    event(3, "order|a", 1);
    next(reader);
    assertThat(reader.safePosition()).isZero();
    reader.next(journal.connection(), NOW.plus(Duration.ofMinutes(2)), LIMIT);
    assertThat(reader.safePosition()).isEqualTo(3);
  }

  @Test
  void what_was_missing_when_a_reader_began_is_waited_for_only_once() throws SQLException {
    event(3, "order|a", 1);
    event(9, "order|b", 1);
    JournalReader reader = JournalReader.ofHeads(0);
    reader.next(journal.connection(), NOW, 1);
    assertThat(reader.safePosition()).isZero();
    event(11, "order|c", 1);
    reader.next(journal.connection(), NOW.plus(Duration.ofMinutes(2)), LIMIT);
    assertThat(reader.position()).as("the number that a later event came after may still come").hasToString("11;10");
  }

  @Test
  void the_clock_of_who_wrote_an_event_does_not_decide_what_is_waited_for() throws SQLException {
    JournalReader reader = JournalReader.ofHeads(0);
    next(reader);
    event(3, "order|a", 1);
    // To the reader, the writer's clock is a year behind.
    Instant later = NOW.plus(Duration.ofDays(365));
    reader.next(journal.connection(), later, LIMIT);
    assertThat(reader.position()).hasToString("3;1-2");
    event(2, "order|b", 1);
    assertThat(reader.next(journal.connection(), later, LIMIT)).extracting(Row::ordering).containsExactly(2L);
  }

  @Test
  void the_archive_and_the_journal_are_read_as_one() throws SQLException {
    for (int i = 1; i <= 6; i++) {
      event(i, "order|" + i, 1);
    }
    EventArchive.moveAll(journal.connection(), List.of("order|1", "order|2", "order|4"), NOW);
    assertThat(EventArchive.lastOrdering(journal.connection())).isEqualTo(4);
    JournalReader reader = JournalReader.of(List.of("order"), JournalPosition.START, NOW);
    assertThat(reader.next(journal.connection(), NOW, 3)).extracting(Row::ordering).containsExactly(1L, 2L, 3L);
    assertThat(reader.position()).hasToString("3");
    List<Row> rest = next(reader);
    assertThat(rest).extracting(Row::ordering).containsExactly(4L, 5L, 6L);
    assertThat(rest).allMatch(row -> row.payload() != null && row.payload().bytes()[0] == 1 && row.payload().manifest().equals("m"));
    JournalReader late = JournalReader.ofHeads(0);
    event(9, "order|9", 1);
    assertThat(next(late)).hasSize(7);
    event(8, "order|8", 1);
    assertThat(next(late)).extracting(Row::ordering).containsExactly(8L);
    assertThat(late.position()).hasToString("9;7");
    assertThat(late.position().complete()).isEqualTo(6);
  }

  @Test
  void a_position_covers_what_has_been_seen_there() {
    JournalPosition position = JournalPosition.parse("10;4-5,8");
    assertThat(position.covers(JournalPosition.parse("10;4-5,8"))).isTrue();
    assertThat(position.covers(JournalPosition.parse("7;3-5"))).isTrue();
    assertThat(position.covers(JournalPosition.parse("3"))).isTrue();
    assertThat(position.covers(JournalPosition.parse("4"))).isFalse();
    assertThat(position.covers(JournalPosition.parse("11;4-5,8"))).isFalse();
    assertThat(position.covers(JournalPosition.parse("10;4-5"))).isFalse();
  }

  @Test
  void finds_the_gaps_between_rows() {
    List<Row> rows = List.of(row(3), row(4), row(7));
    assertThat(JournalReader.missing(rows, 1, 9, NOW)).containsExactly(new Gap(1, 2, NOW), new Gap(5, 6, NOW), new Gap(8, 9, NOW));
  }

  private List<Row> next(JournalReader reader) throws SQLException {
    return reader.next(journal.connection(), NOW, LIMIT);
  }

  private static Row row(long ordering) {
    return new Row(ordering, "x|" + ordering, 1, "", 0, null);
  }

  private void event(long ordering, String persistenceId, long sequence) throws SQLException {
    journal.event(ordering, persistenceId, sequence, "", NOW.toEpochMilli());
  }
}
