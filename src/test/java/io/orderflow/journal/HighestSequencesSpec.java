package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import scala.concurrent.Await;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.duration.Duration;

/** Sequence numbers for entities that recover at the same time, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class HighestSequencesSpec {

  @Parameter
  private TestDatabase database;
  private ProjectionKit node;
  private TestJournal journal;
  private HighestSequences highest;

  @BeforeEach
  void open() throws SQLException {
    Config fresh = database.fresh();
    node = ProjectionKit.on(fresh);
    journal = TestJournal.of(fresh);
    highest = new HighestSequences(node.database(), ForkJoinPool.commonPool(), ExecutionContext.global());
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
    node.close();
  }

  @Test
  void each_of_many_that_ask_at_once_gets_its_own_number() throws Exception {
    for (int i = 1; i <= 20; i++) {
      journal.event(2 * i, "entity|" + i, 1, "m", 0);
      journal.event(2 * i + 1, "entity|" + i, i + 1, "m", 0);
    }
    Map<Integer, Future<Object>> asked = new LinkedHashMap<>();
    for (int i = 1; i <= 1_000; i++) {
      asked.put(i, highest.ask("entity|" + i));
    }
    for (Map.Entry<Integer, Future<Object>> entry : asked.entrySet()) {
      assertThat(answer(entry.getValue())).isEqualTo(entry.getKey() <= 20 ? entry.getKey() + 1L : 0L);
    }
  }

  @Test
  void an_event_that_was_written_before_the_question_counts() throws Exception {
    for (int i = 1; i <= 200; i++) {
      journal.event(i, "entity|one", i, "m", 0);
      assertThat(answer(highest.ask("entity|one"))).isEqualTo((long) i);
    }
  }

  @Test
  void a_failure_is_that_of_those_who_asked_and_of_no_later_one() throws Exception {
    journal.connection().createStatement().execute("ALTER TABLE event_journal RENAME TO gone");
    try {
      Future<Object> first = highest.ask("entity|one");
      Future<Object> second = highest.ask("entity|two");
      assertThatThrownBy(() -> answer(first)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> answer(second)).isInstanceOf(SQLException.class);
    } finally {
      journal.connection().createStatement().execute("ALTER TABLE gone RENAME TO event_journal");
    }
    assertThat(answer(highest.ask("entity|one"))).isEqualTo(0L);
  }

  private static Object answer(Future<Object> asked) throws Exception {
    return Await.result(asked, Duration.create(20, TimeUnit.SECONDS));
  }
}
