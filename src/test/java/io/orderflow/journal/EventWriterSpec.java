package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scala.concurrent.Await;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.duration.Duration;
import scala.runtime.BoxedUnit;

/** Events that are written together, each write with its own outcome. */
class EventWriterSpec {

  private static final Batcher.Limits LIMITS = new Batcher.Limits(1, 400, 1_000);

  /** Threads that the spec has run when it wants: what came before goes together. */
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private ProjectionKit node;
  private TestJournal journal;
  private EventWriter writer;

  @AfterEach
  void close() throws SQLException {
    journal.close();
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void what_waits_is_written_in_its_order_and_as_it_is(TestDatabase kind) throws Exception {
    open(kind, LIMITS);
    List<Future<BoxedUnit>> outcomes = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      outcomes.add(writer.write(events("entity|" + i, 1, i % 3 + 1)));
      for (int sequence = 1; sequence <= i % 3 + 1; sequence++) {
        expected.add("entity|" + i + "#" + sequence);
      }
    }
    assertThat(outcomes).noneMatch(Future::isCompleted);
    threads.remove().run();
    for (Future<BoxedUnit> outcome : outcomes) {
      await(outcome);
    }
    assertThat(stored()).isEqualTo(expected);
    assertThat(strings("SELECT writer || adapter_manifest || event_ser_manifest || event_ser_id || write_timestamp FROM event_journal"
        + " WHERE deleted = FALSE AND meta_payload IS NULL AND meta_ser_id IS NULL")).hasSize(600).containsOnly("writer{m,\"}type334");
    if (kind == TestDatabase.POSTGRESQL) {
      assertThat(strings("SELECT DISTINCT CAST(xmin AS VARCHAR) FROM event_journal")).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytes_and_text_of_any_kind_and_length_come_back_as_they_were(TestDatabase kind) throws Exception {
    open(kind, LIMITS);
    byte[] bytes = new byte[3_000_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    String manifest = "NULL {},\"'\\ ä€𝄞";
    Future<BoxedUnit> empty = writer.write(List.of(new EventRow("entity|e", 1, "", 0, "", -1, "", new byte[0])));
    Future<BoxedUnit> large = writer.write(List.of(new EventRow("entity|l", Long.MAX_VALUE, "NULL", 1, manifest, 5, "null", bytes)));
    threads.remove().run();
    await(empty);
    await(large);
    try (ResultSet found = journal.connection().createStatement().executeQuery(
        "SELECT adapter_manifest, event_payload, writer, event_ser_manifest FROM event_journal ORDER BY ordering")) {
      found.next();
      assertThat(found.getString(1)).isEmpty();
      assertThat(found.getBytes(2)).isEmpty();
      found.next();
      assertThat(found.getString(1)).isEqualTo(manifest);
      assertThat(found.getBytes(2)).isEqualTo(bytes);
      assertThat(found.getString(3) + found.getString(4)).isEqualTo("NULLnull");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_number_that_is_there_already_fails_its_own_write_as_a_whole_and_no_other(TestDatabase kind) throws Exception {
    open(kind, LIMITS);
    journal.event(1_000_000, "entity|twice", 3, "m", 0);
    Future<BoxedUnit> before = writer.write(events("entity|before", 1, 2));
    Future<BoxedUnit> twice = writer.write(events("entity|twice", 1, 3));
    Future<BoxedUnit> after = writer.write(events("entity|after", 1, 1));
    threads.remove().run();
    await(before);
    await(after);
    assertThatThrownBy(() -> await(twice)).isInstanceOf(SQLException.class);
    assertThat(stored()).containsExactly("entity|before#1", "entity|before#2", "entity|after#1", "entity|twice#3");
  }

  @ParameterizedTest
  @EnumSource
  void of_two_with_the_same_number_in_one_batch_the_first_is_written(TestDatabase kind) throws Exception {
    open(kind, LIMITS);
    Future<BoxedUnit> first = writer.write(events("entity|one", 1, 1));
    Future<BoxedUnit> second = writer.write(events("entity|one", 1, 1));
    Future<BoxedUnit> next = writer.write(events("entity|one", 2, 1));
    threads.remove().run();
    await(first);
    await(next);
    assertThatThrownBy(() -> await(second)).isInstanceOf(SQLException.class);
    assertThat(stored()).containsExactly("entity|one#1", "entity|one#2");
  }

  @ParameterizedTest
  @EnumSource
  void a_write_beyond_the_bound_fails_and_is_not_written_those_that_wait_are(TestDatabase kind) throws Exception {
    open(kind, new Batcher.Limits(1, 400, 2));
    Future<BoxedUnit> first = writer.write(events("entity|1", 1, 1));
    Future<BoxedUnit> second = writer.write(events("entity|2", 1, 1));
    Future<BoxedUnit> third = writer.write(events("entity|3", 1, 1));
    assertThatThrownBy(() -> await(third)).isInstanceOf(RejectedExecutionException.class);
    threads.remove().run();
    await(first);
    await(second);
    assertThat(stored()).containsExactly("entity|1#1", "entity|2#1");
  }

  @ParameterizedTest
  @EnumSource
  void closing_writes_what_was_accepted_and_accepts_no_more(TestDatabase kind) throws Exception {
    open(kind, new Batcher.Limits(1, 1, 100));
    Future<BoxedUnit> first = writer.write(events("entity|1", 1, 1));
    Future<BoxedUnit> second = writer.write(events("entity|2", 1, 1));
    assertThat(writer.close(0)).isFalse();
    assertThatThrownBy(() -> await(writer.write(events("entity|3", 1, 1)))).isInstanceOf(RejectedExecutionException.class);
    threads.remove().run();
    assertThat(writer.close(20)).isTrue();
    await(first);
    await(second);
    assertThat(stored()).containsExactly("entity|1#1", "entity|2#1");
  }

  @ParameterizedTest
  @EnumSource
  void a_failure_that_nobody_is_to_blame_for_is_that_of_all_and_of_no_later_one(TestDatabase kind) throws Exception {
    open(kind, LIMITS);
    journal.connection().createStatement().execute("ALTER TABLE event_journal RENAME TO gone");
    Future<BoxedUnit> first = writer.write(events("entity|1", 1, 1));
    Future<BoxedUnit> second = writer.write(events("entity|2", 1, 1));
    threads.remove().run();
    assertThatThrownBy(() -> await(first)).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> await(second)).isInstanceOf(SQLException.class);
    journal.connection().createStatement().execute("ALTER TABLE gone RENAME TO event_journal");
    Future<BoxedUnit> third = writer.write(events("entity|1", 1, 1));
    threads.remove().run();
    await(third);
    assertThat(stored()).containsExactly("entity|1#1");
  }

  @Test
  void when_the_connection_breaks_all_fail_and_none_is_tried_again() throws Exception {
    open(TestDatabase.POSTGRESQL, LIMITS);
    Future<BoxedUnit> first = writer.write(events("entity|1", 1, 1));
    Future<BoxedUnit> second = writer.write(events("entity|2", 1, 1));
    Connection other = journal.connection();
    other.setAutoCommit(false);
    other.createStatement().execute("LOCK TABLE event_journal");
    CompletableFuture<Void> writing = CompletableFuture.runAsync(threads.remove());
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !strings(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").isEmpty());
    writing.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> await(first)).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> await(second)).isInstanceOf(SQLException.class);
    other.commit();
    assertThat(stored()).isEmpty();
    Future<BoxedUnit> again = writer.write(events("entity|1", 1, 1));
    threads.remove().run();
    await(again);
    assertThat(stored()).containsExactly("entity|1#1");
  }

  @Test
  void a_value_that_the_database_does_not_take_fails_its_own_write() throws Exception {
    open(TestDatabase.POSTGRESQL, LIMITS);
    Future<BoxedUnit> good = writer.write(events("entity|good", 1, 1));
    Future<BoxedUnit> nul = writer.write(List.of(new EventRow("entity|nul", 1, "w", 0, "\0", 1, "t", new byte[] {1})));
    Future<BoxedUnit> tooLong = writer.write(List.of(new EventRow("entity|long", 1, "w", 0, "m".repeat(256), 1, "t", new byte[] {1})));
    threads.remove().run();
    await(good);
    assertThatThrownBy(() -> await(nul)).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> await(tooLong)).isInstanceOf(SQLException.class);
    assertThat(stored()).containsExactly("entity|good#1");
  }

  private void open(TestDatabase kind, Batcher.Limits limits) throws SQLException {
    Config database = kind.fresh();
    node = ProjectionKit.on(database);
    journal = TestJournal.of(database);
    writer = new EventWriter(new EventInsert(node.database(), kind == TestDatabase.POSTGRESQL), threads::add, ExecutionContext.global(),
        limits);
  }

  private static List<EventRow> events(String entity, int from, int number) {
    return IntStream.range(from, from + number)
        .mapToObj(sequence -> new EventRow(entity, sequence, "writer", 4, "{m,\"}", 33, "type", new byte[] {1, 2})).toList();
  }

  private List<String> stored() throws SQLException {
    return strings("SELECT persistence_id || '#' || sequence_number FROM event_journal ORDER BY ordering");
  }

  private List<String> strings(String query) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (ResultSet found = journal.connection().createStatement().executeQuery(query)) {
      while (found.next()) {
        strings.add(found.getString(1));
      }
    }
    return strings;
  }

  private static void await(Future<BoxedUnit> outcome) throws Exception {
    Await.result(outcome, Duration.create(20, TimeUnit.SECONDS));
  }
}
