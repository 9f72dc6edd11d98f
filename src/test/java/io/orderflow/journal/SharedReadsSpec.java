package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.SharedReads.Read;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.SetClock;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How readers of one node share what they read. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class SharedReadsSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000_000);
  private static final Duration FRESH = Duration.ofMillis(100);

  private final TestJournal journal;
  private final ProjectionKit node;
  private final SetClock clock = new SetClock(NOW);
  private final SharedReads reads;

  SharedReadsSpec(TestDatabase database) throws SQLException {
    var fresh = database.fresh();
    node = ProjectionKit.on(fresh);
    journal = TestJournal.of(fresh);
    reads = new SharedReads(node.database(), List.of("order", "product"), FRESH, clock);
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
    node.close();
  }

  @Test
  void who_wants_the_same_gets_the_same_read_and_goes_on_from_there() throws SQLException {
    JournalReader first = reader();
    JournalReader second = reader();
    event(1, "order|a");
    event(2, "user|b");
    event(4, "product|c");
    CompletionStage<Read> asked = reads.next(first, 10);
    Read shared = join(reads.next(second, 10));
    assertThat(shared.rows()).isSameAs(join(asked).rows()).extracting(row -> row.payload() != null).containsExactly(true, false, true);
    assertThat(shared.more()).isFalse();
    assertThat(second.position()).isEqualTo(first.position()).hasToString("4;3");
    event(3, "order|d");
    assertThat(join(reads.next(second, 10)).rows()).extracting(Row::ordering).containsExactly(3L);
    assertThat(join(reads.next(first, 10)).rows()).extracting(Row::ordering).containsExactly(3L);
    assertThat(first.position()).hasToString("4");
  }

  @Test
  void who_is_behind_follows_without_a_pause_and_misses_nothing() throws SQLException {
    JournalReader ahead = reader();
    JournalReader behind = reader();
    for (int i = 1; i <= 40; i++) {
      event(i, "order|" + i);
      join(reads.next(ahead, 10));
    }
    List<Long> seen = new ArrayList<>();
    clock.set(NOW.plus(FRESH).plusMillis(1));
    Read read;
    do {
      read = join(reads.next(behind, 10));
      read.rows().forEach(row -> seen.add(row.ordering()));
    } while (read.more());
    assertThat(seen).hasSize(40).doesNotHaveDuplicates().isSorted();
    assertThat(behind.position()).isEqualTo(ahead.position());
  }

  @Test
  void what_was_found_empty_is_looked_at_again() throws SQLException {
    JournalReader reader = reader();
    assertThat(join(reads.next(reader, 10)).rows()).isEmpty();
    event(1, "order|a");
    assertThat(join(reads.next(reader, 10)).rows()).hasSize(1);
  }

  @Test
  void a_reader_that_begins_later_finds_what_has_gone_to_the_archive_since() throws SQLException {
    for (int i = 1; i <= 6; i++) {
      event(i, "order|" + i);
    }
    JournalReader first = reader();
    assertThat(join(reads.next(first, 3)).rows()).hasSize(3);
    assertThat(join(reads.next(first, 3)).rows()).hasSize(3);
    EventArchive.moveAll(journal.connection(), List.of("order|1", "order|2", "order|3", "order|4", "order|5"), NOW);
    JournalReader second = reader();
    assertThat(join(reads.next(second, 3)).rows()).hasSize(3);
    assertThat(join(reads.next(second, 4)).rows()).extracting(Row::ordering).containsExactly(4L, 5L, 6L);
  }

  private JournalReader reader() {
    return reads.reader(JournalPosition.START);
  }

  private static Read join(CompletionStage<Read> read) {
    return read.toCompletableFuture().join();
  }

  private void event(long ordering, String persistenceId) throws SQLException {
    journal.event(ordering, persistenceId, 1, "", NOW.toEpochMilli());
  }
}
