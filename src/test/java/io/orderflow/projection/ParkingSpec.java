package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.projection.ProjectionStatus.State;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** How a projection goes on where its view fails at an event. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ParkingSpec {

  private static final long POISON = 1_000_000;
  private static final int ALWAYS = Integer.MAX_VALUE;

  @Parameter
  private TestDatabase database;
  private ProjectionKit kit;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(bound(2).withFallback(database.fresh()));
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private static Config bound(int parked) {
    return ConfigFactory.parseString("orderflow.projections.max-parked = " + parked);
  }

  @Test
  void an_event_at_which_the_view_fails_parks_its_aggregate_and_all_others_go_on() throws SQLException {
    kit.first.poison.put(POISON, ALWAYS);
    for (int i = 1; i <= 20; i++) {
      kit.add("e" + i, 1, 1);
      kit.add("e" + i, 2, i == 7 ? POISON : 10);
      kit.add("e" + i, 3, 100);
    }
    kit.startProjections();
    kit.awaitSum(kit.first, 20 * 111 - 110);
    kit.awaitSum(kit.second, 20 * 111 - 10 + POISON);
    assertThat(kit.status(kit.first)).satisfies(status -> {
      assertThat(status.state()).isEqualTo(State.RUNNING);
      assertThat(status.parked()).isEqualTo(1);
    });
    assertThat(kit.status(kit.second).parked()).isZero();
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> {
      assertThat(parked.persistenceId()).isEqualTo("entity|e7");
      assertThat(parked.sequence()).isEqualTo(2);
      assertThat(parked.heldUpTo()).isEqualTo(3);
      assertThat(parked.manifest()).isEqualTo("spec.added");
      assertThat(parked.error()).contains("can't add " + POISON);
      assertThat(parked.attempts()).isEqualTo(1);
    });
  }

  @Test
  void the_log_has_one_error_for_an_aggregate_that_is_parked() throws SQLException {
    Logger log = (Logger) LoggerFactory.getLogger(BatchHandler.class);
    Queue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();
    AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
      @Override
      protected void append(ILoggingEvent line) {
        lines.add(line);
      }
    };
    appender.start();
    log.addAppender(appender);
    try {
      kit.first.poison.put(POISON, ALWAYS);
      kit.startProjections();
      kit.add("one", 1, POISON);
      kit.awaitParked(kit.first, 1);
      kit.add("one", 2, 2);
      kit.add("other", 1, 30);
      kit.awaitSum(kit.first, 30);
      Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.parked(kit.first).get(0).heldUpTo() == 2);
    } finally {
      log.detachAppender(appender);
    }
    assertThat(lines).singleElement().satisfies(line -> {
      assertThat(line.getLevel()).isEqualTo(Level.ERROR);
      assertThat(line.getFormattedMessage()).contains("projection first", "entity|one", "event 1", "can't add " + POISON);
    });
  }

  @Test
  void later_events_of_a_parked_aggregate_are_held_back_over_crashes() throws SQLException {
    kit.first.poison.put(POISON, ALWAYS);
    kit.startProjections();
    kit.add("one", 1, POISON);
    kit.awaitParked(kit.first, 1);
    kit.add("one", 2, 2);
    kit.add("other", 1, 30);
    kit.awaitSum(kit.first, 30);
    kit.crash();
    kit.add("one", 3, 3);
    kit.add("other", 2, 40);
    kit.awaitSum(kit.first, 70);
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.parked(kit.first).get(0).heldUpTo() == 3);
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> assertThat(parked.sequence()).isEqualTo(1));
  }

  @Test
  void crashes_while_aggregates_are_parked_neither_lose_nor_double_an_event() throws SQLException {
    kit.first.ordered = true;
    kit.first.poison.put(POISON, ALWAYS);
    kit.startProjections();
    for (int round = 1; round <= 3; round++) {
      for (int i = 0; i < 100; i++) {
        kit.add("e" + i, round, i == 30 * round ? POISON : 1);
      }
      kit.crash();
      if (round == 2) {
        // The bound is two, and the third comes with the next round.
        kit.awaitParked(kit.first, 2);
        kit.first.poison.clear();
        kit.retry(kit.first, "e30");
        kit.retry(kit.first, "e60");
        kit.first.poison.put(POISON, ALWAYS);
      }
    }
    kit.awaitParked(kit.first, 1);
    kit.awaitSum(kit.first, 2 * POISON + 297);
    kit.first.poison.clear();
    assertThat(kit.retry(kit.first, "e90").parked()).isEmpty();
    kit.awaitSum(kit.first, 3 * POISON + 297);
  }

  @Test
  void an_event_that_the_database_refuses_parks_its_aggregate_too() throws SQLException {
    kit.database().transaction(connection ->
        connection.createStatement().executeUpdate("INSERT INTO sums_first VALUES (1, 'one', 2, 0)"));
    for (int i = 1; i <= 3; i++) {
      kit.add("one", i, 1);
      kit.add("other", i, 10);
    }
    kit.startProjections();
    kit.awaitSum(kit.first, 31);
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> assertThat(parked.sequence()).isEqualTo(2));
  }

  @Test
  void an_event_that_cannot_be_read_parks_its_aggregate_too() throws SQLException {
    kit.add("one", 1, 1);
    kit.add("other", 1, 10);
    kit.database().transaction(connection -> connection.createStatement().executeUpdate(
        "UPDATE event_journal SET event_ser_manifest = 'no.such.Event' WHERE persistence_id = 'entity|one'"));
    kit.startProjections();
    kit.awaitSum(kit.first, 10);
    kit.awaitParked(kit.second, 1);
    assertThat(kit.parked(kit.first)).singleElement()
        .satisfies(parked -> assertThat(parked.manifest()).isEqualTo("no.such.Event"));
  }

  @Test
  void an_outage_of_the_database_parks_nothing() throws SQLException {
    kit.first.refused.put(5L, new SQLException("the connection is gone", "08006"));
    kit.startProjections();
    kit.add("one", 1, 5);
    kit.add("other", 1, 10);
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.first.refusals.get() > 5);
    assertThat(kit.status(kit.first)).satisfies(status -> {
      assertThat(status.parked()).isZero();
      assertThat(status.state()).isEqualTo(State.RUNNING);
    });
    kit.first.refused.clear();
    kit.awaitSum(kit.first, 15);
    assertThat(kit.status(kit.first).parked()).isZero();
  }

  @Test
  void a_failure_that_lies_in_no_event_stops_the_projection_and_parks_nothing() throws SQLException {
    kit.first.refused.put(5L, new SQLException("there is no such table", "42P01"));
    kit.startProjections();
    kit.add("one", 1, 5);
    kit.awaitState(kit.first, State.STOPPED);
    assertThat(kit.status(kit.first).parked()).isZero();
    kit.first.refused.clear();
    kit.projections().resume("first").toCompletableFuture().join();
    kit.awaitSum(kit.first, 5);
  }

  @Test
  void beyond_the_bound_the_projection_stops_and_goes_on_when_there_is_room_again() throws SQLException {
    kit.first.poison.put(POISON, ALWAYS);
    kit.startProjections();
    for (int i = 1; i <= 3; i++) {
      // Of one slice, whose order is that of the events.
      kit.add(ofSlice(0, i), 1, POISON);
      kit.add(ofSlice(0, 10 + i), 1, i);
    }
    kit.awaitState(kit.first, State.STOPPED);
    ProjectionStatus stopped = kit.status(kit.first);
    assertThat(stopped.parked()).isEqualTo(2);
    assertThat(stopped.error()).contains("no more than 2 aggregates may be parked", "can't add " + POISON);
    assertThat(stopped.failures()).singleElement()
        .satisfies(failure -> assertThat(failure.event()).isEqualTo("entity|" + ofSlice(0, 3) + "#1"));
    kit.skip(kit.first, ofSlice(0, 1), 1);
    assertThat(kit.projections().resume("first").toCompletableFuture().join()).isPresent();
    kit.awaitSum(kit.first, 6);
    kit.awaitState(kit.first, State.RUNNING);
    assertThat(kit.parked(kit.first)).extracting(Parked::persistenceId)
        .containsExactlyInAnyOrder("entity|" + ofSlice(0, 2), "entity|" + ofSlice(0, 3));
  }

  @Test
  void the_bound_holds_over_both_slices() throws SQLException {
    kit.first.poison.put(POISON, ALWAYS);
    for (int i = 0; i < 10; i++) {
      kit.add(ofSlice(i % 2, i), 1, POISON);
    }
    kit.startProjections();
    kit.awaitState(kit.first, State.STOPPED);
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.status(kit.first).failures().size() == 2
        && kit.status(kit.first).failures().stream().allMatch(failure -> failure.stopped()));
    assertThat(kit.status(kit.first).parked()).isLessThanOrEqualTo(2);
  }

  @Test
  void the_archive_is_not_held_by_what_is_parked_and_a_retry_reads_it() throws SQLException {
    kit.first.poison.put(POISON, ALWAYS);
    kit.startProjections();
    kit.add("one", 1, POISON);
    kit.add("one", 2, 2);
    kit.add("one", 3, 3);
    long last = kit.number("SELECT MAX(ordering) FROM event_journal");
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.database().transaction(Projections::readUpTo) >= last);
    kit.archive("one");
    kit.add("one", 4, 4);
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.parked(kit.first).get(0).heldUpTo() == 4);
    kit.first.poison.clear();
    assertThat(kit.retry(kit.first, "one").applied()).isEqualTo(4);
    assertThat(kit.sum(kit.first)).isEqualTo(POISON + 9);
  }

  /** The id of an entity of that slice. */
  private static String ofSlice(int slice, int number) {
    String id = "s" + number;
    while (SliceId.of("entity|" + id) != slice) {
      // An odd character: it changes the slice of two.
      id += "y";
    }
    return id;
  }
}
