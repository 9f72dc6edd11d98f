package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.projection.ProjectionStatus.State;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How views follow the journal, and stop where they fail as they may park nothing, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ProjectionSpec {

  private static final long POISON = 1_000_000;

  @Parameter
  private TestDatabase database;
  private ProjectionKit kit;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(ConfigFactory.parseString("orderflow.projections.max-parked = 0").withFallback(database.fresh()));
  }

  @AfterEach
  void close() {
    kit.close();
  }

  @Test
  void every_event_takes_effect_once_over_crashes() throws SQLException {
    kit.startProjections();
    long sequence = 0;
    for (int crash = 0; crash < 3; crash++) {
      for (int i = 0; i < 300; i++) {
        kit.add("e" + i, crash + 1, ++sequence);
      }
      long seen = sequence / 3;
      Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(1, TimeUnit.MILLISECONDS).until(() -> kit.sum(kit.first) >= seen);
      kit.crash();
    }
    kit.awaitSum(kit.first, sequence * (sequence + 1) / 2);
    kit.awaitSum(kit.second, sequence * (sequence + 1) / 2);
    assertThat(kit.status(kit.first).state()).isEqualTo(State.RUNNING);
  }

  @Test
  void a_failure_in_the_middle_of_a_transaction_leaves_nothing_of_it_and_is_tried_again() throws SQLException {
    // Once for each part of the batch in which it is looked for, and once more in the next transaction.
    kit.first.poison.put(20L, 8);
    for (int i = 1; i <= 40; i++) {
      kit.add("one", i, i);
    }
    kit.startProjections();
    kit.awaitSum(kit.first, 40 * 41 / 2);
    assertThat(kit.number("SELECT SUM(applied) FROM projection_slices WHERE name = 'first'")).isEqualTo(40);
    kit.awaitState(kit.first, State.RUNNING);
  }

  @Test
  void an_event_that_keeps_failing_stops_its_projection_at_its_place_and_no_other() throws SQLException {
    kit.first.poison.put(POISON, Integer.MAX_VALUE);
    kit.startProjections();
    kit.add("one", 1, 1);
    kit.add("one", 2, POISON);
    kit.add("one", 3, 3);
    kit.awaitState(kit.first, State.STOPPED);
    ProjectionStatus stopped = kit.status(kit.first);
    assertThat(stopped.error()).contains("can't add " + POISON);
    assertThat(stopped.lagEvents()).isEqualTo(2);
    assertThat(stopped.lagSeconds()).isGreaterThanOrEqualTo(0);
    assertThat(stopped.failures()).singleElement().satisfies(failure -> {
      assertThat(failure.event()).isEqualTo("entity|one#2");
      assertThat(failure.attempts()).isEqualTo(3);
      assertThat(failure.stopped()).isTrue();
    });
    assertThat(kit.sum(kit.first)).isEqualTo(1);
    kit.awaitSum(kit.second, POISON + 4);
    assertThat(kit.status(kit.second).state()).isEqualTo(State.RUNNING);

    kit.first.poison.clear();
    assertThat(kit.projections().resume("first").toCompletableFuture().join()).isPresent();
    kit.awaitSum(kit.first, POISON + 4);
    kit.awaitState(kit.first, State.RUNNING);
    assertThat(kit.projections().resume("first").toCompletableFuture().join()).isEmpty();
  }

  @Test
  void a_start_takes_up_what_had_stopped() throws SQLException {
    kit.first.poison.put(POISON, Integer.MAX_VALUE);
    kit.startProjections();
    kit.add("one", 1, POISON);
    kit.awaitState(kit.first, State.STOPPED);
    kit.first.poison.clear();
    kit.crash();
    kit.awaitSum(kit.first, POISON);
    kit.awaitState(kit.first, State.RUNNING);
  }

  @Test
  void an_event_that_becomes_visible_late_takes_effect_also_after_a_restart() throws SQLException {
    kit.addAs(101, "a", 1, 1);
    kit.addAs(104, "b", 1, 10);
    kit.startProjections();
    kit.awaitSum(kit.first, 11);
    kit.addAs(103, "c", 1, 100);
    kit.awaitSum(kit.first, 111);
    kit.crash();
    kit.addAs(102, "d", 1, 1000);
    kit.awaitSum(kit.first, 1111);
  }

  @Test
  void the_slices_of_a_node_that_leaves_go_on_elsewhere() throws SQLException {
    kit.startProjections();
    for (int i = 0; i < 20; i++) {
      kit.add("e" + i, 1, 1);
    }
    kit.awaitSum(kit.first, 20);
    ProjectionKit another = kit.anotherNode();
    kit.leave();
    kit = another;
    for (int i = 0; i < 20; i++) {
      kit.add("e" + i, 2, 1);
    }
    kit.awaitSum(kit.first, 40);
    kit.awaitSum(kit.second, 40);
  }

  @Test
  void two_instances_of_a_slice_cannot_both_write() throws SQLException {
    SliceId id = new SliceId("first", 1, 0);
    kit.database().transaction(connection -> {
      ProjectionTable.createSlice(connection, id);
      assertThat(ProjectionTable.advance(connection, id, 0, 5)).isTrue();
      assertThat(ProjectionTable.advance(connection, id, 0, 3)).isFalse();
      return null;
    });
  }

  @Test
  void a_rebuild_is_complete_when_it_is_shown_and_until_then_the_old_rows_are() throws Exception {
    kit.startProjections();
    AtomicBoolean open = new AtomicBoolean(true);
    AtomicLong written = new AtomicLong();
    Thread writer = new Thread(() -> {
      try {
        for (long n = 1; open.get(); n++) {
          kit.add("e" + n % 50, n / 50 + 1, 1);
          written.set(n);
          // As busy as a busy shop: who writes without a pause can be faster than what is built behind him, for ever.
          LockSupport.parkNanos(1_000_000);
        }
      } catch (SQLException failure) {
        throw new IllegalStateException(failure);
      }
    });
    writer.start();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.sum(kit.first) > 100);
    assertThat(kit.projections().rebuild("first").toCompletableFuture().join()).isPresent();
    assertThat(kit.projections().rebuild("first").toCompletableFuture().join()).isEmpty();
    long shown = 0;
    while (kit.status(kit.first).generation() == 1) {
      long now = kit.sum(kit.first);
      assertThat(now).isGreaterThanOrEqualTo(shown).isGreaterThan(100);
      shown = now;
    }
    assertThat(kit.sum(kit.first)).isGreaterThanOrEqualTo(shown);
    // Also while events keep coming.
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() ->
        kit.number("SELECT COUNT(*) FROM sums_first WHERE generation < 2") == 0);
    open.set(false);
    writer.join();
    kit.awaitSum(kit.first, written.get());
    assertThat(kit.status(kit.first).generation()).isEqualTo(2);
    assertThat(kit.status(kit.second).generation()).isEqualTo(1);
  }

  @Test
  void a_rebuild_goes_on_after_a_crash() throws SQLException {
    for (int i = 1; i <= 400; i++) {
      kit.add("e" + i % 20, i / 20 + 1, 1);
    }
    kit.startProjections();
    kit.awaitSum(kit.first, 400);
    kit.first.poison.put(2L, Integer.MAX_VALUE);
    kit.add("late", 1, 2);
    kit.awaitState(kit.first, State.STOPPED);
    kit.projections().rebuild("first").toCompletableFuture().join();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.number("SELECT COUNT(*) FROM sums_first WHERE generation = 2") > 100);
    kit.crash();
    kit.first.poison.clear();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.status(kit.first).generation() == 2);
    assertThat(kit.sum(kit.first)).isEqualTo(402);
  }
}
