package io.orderflow.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.archive.ArchiveRule.Group;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which events leave the journal. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class EventArchiveSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000_000);
  private static final Instant OLD = NOW.minus(Duration.ofDays(2));
  private static final Instant BEFORE = NOW.minus(Duration.ofDays(1));
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @Parameter
  private TestDatabase database;
  private TestJournal journal;
  private Connection connection;
  private final List<String> held = new ArrayList<>();
  private final List<String> forgotten = new ArrayList<>();

  @BeforeEach
  void open() throws SQLException {
    journal = TestJournal.of(database.fresh());
    connection = journal.connection();
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void all_that_ended_together_goes_together() throws SQLException {
    events("saga|a", 1, 3, OLD);
    events("order|a", 11, 2, OLD);
    snapshot("saga|a", 2);
    events("order|b", 21, 2, OLD);
    assertThat(ended("a").moveSome(connection, 100, BEFORE)).isEqualTo(new JournalArchive.Moved(5, false));
    assertThat(ids("event_archive")).containsExactly("order|a#1", "order|a#2", "saga|a#1", "saga|a#2", "saga|a#3");
    assertThat(ids("event_journal")).containsExactly("order|b#1", "order|b#2");
    assertThat(ids("snapshot")).isEmpty();
    assertThat(forgotten).containsExactly("a");
  }

  @Test
  void what_a_reader_has_not_read_or_has_been_written_lately_or_is_held_stays() throws SQLException {
    events("saga|unread", 1, 1, OLD);
    events("order|unread", 50, 1, OLD);
    events("saga|young", 3, 1, OLD);
    events("order|young", 4, 1, NOW);
    events("saga|held", 5, 1, OLD);
    events("saga|free", 6, 1, OLD);
    held.add("held");
    assertThat(ended("free", "held", "unread", "young").moveSome(connection, 49, BEFORE).events()).isEqualTo(1);
    assertThat(forgotten).containsExactly("free");
    assertThat(ids("event_archive")).containsExactly("saga|free#1");
  }

  @Test
  void a_transaction_takes_no_more_than_a_bound_and_the_next_goes_on_behind_it() throws SQLException {
    events("saga|a", 1, 3_000, OLD);
    events("saga|b", 3_001, 3_000, OLD);
    events("saga|c", 6_001, 10, OLD);
    EndedEvents ended = ended("a", "b", "c");
    assertThat(ended.moveSome(connection, 10_000, BEFORE)).isEqualTo(new JournalArchive.Moved(3_000, true));
    assertThat(ended.moveSome(connection, 10_000, BEFORE)).isEqualTo(new JournalArchive.Moved(3_010, false));
  }

  @Test
  void of_what_lives_on_the_events_before_the_older_of_two_snapshots_go() throws SQLException {
    events("account|two", 1, 10, OLD);
    snapshot("account|two", 5);
    snapshot("account|two", 8);
    events("account|one", 21, 10, OLD);
    snapshot("account|one", 8);
    events("other|two", 41, 10, OLD);
    snapshot("other|two", 5);
    snapshot("other|two", 8);
    SnapshottedEvents living = new SnapshottedEvents(List.of("account"), CLOCK);
    assertThat(living.moveSome(connection, 3, BEFORE)).isEqualTo(new JournalArchive.Moved(3, false));
    assertThat(living.moveSome(connection, 100, BEFORE)).isEqualTo(new JournalArchive.Moved(1, false));
    assertThat(ids("event_archive")).containsExactly("account|two#1", "account|two#2", "account|two#3", "account|two#4");
    assertThat(living.moveSome(connection, 100, BEFORE)).isEqualTo(new JournalArchive.Moved(0, false));
  }

  @Test
  void an_event_that_is_young_keeps_those_after_it() throws SQLException {
    events("account|a", 1, 2, OLD);
    journal.event(3, "account|a", 3, "", NOW.toEpochMilli());
    journal.event(4, "account|a", 4, "", OLD.toEpochMilli());
    events("account|a", 5, 6, 5, OLD);
    snapshot("account|a", 8);
    snapshot("account|a", 9);
    assertThat(new SnapshottedEvents(List.of("account"), CLOCK).moveSome(connection, 100, BEFORE).events()).isEqualTo(2);
  }

  private EndedEvents ended(String... ids) {
    return new EndedEvents(new ArchiveRule() {
      @Override
      public List<Group> next(Connection same, Instant before, Optional<Group> last, int limit) {
        return Stream.of(ids).filter(id -> last.isEmpty() || id.compareTo(last.get().id()) > 0)
            .map(id -> new Group(id, 0, List.of("saga|" + id, "order|" + id))).toList();
      }

      @Override
      public List<Group> held(Connection same, List<Group> groups) {
        return groups.stream().filter(group -> held.contains(group.id())).toList();
      }

      @Override
      public void forget(Connection same, List<Group> archived) {
        archived.forEach(group -> forgotten.add(group.id()));
      }
    }, CLOCK);
  }

  private void events(String persistenceId, long ordering, int count, Instant at) throws SQLException {
    events(persistenceId, ordering, count, 1, at);
  }

  private void events(String persistenceId, long ordering, int count, long sequence, Instant at) throws SQLException {
    for (int i = 0; i < count; i++) {
      journal.event(ordering + i, persistenceId, sequence + i, "", at.toEpochMilli());
    }
  }

  private void snapshot(String persistenceId, long sequence) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO snapshot (persistence_id, sequence_number, created,"
        + " snapshot_ser_id, snapshot_ser_manifest, snapshot_payload) VALUES (?, ?, 0, 1, 'm', ?)")) {
      insert.setString(1, persistenceId);
      insert.setLong(2, sequence);
      insert.setBytes(3, new byte[] {1});
      insert.executeUpdate();
    }
  }

  private List<String> ids(String table) throws SQLException {
    try (ResultSet found = connection.createStatement().executeQuery(
        "SELECT persistence_id, sequence_number FROM " + table + " ORDER BY persistence_id, sequence_number")) {
      List<String> ids = new ArrayList<>();
      while (found.next()) {
        ids.add(found.getString(1) + "#" + found.getLong(2));
      }
      return ids;
    }
  }
}
