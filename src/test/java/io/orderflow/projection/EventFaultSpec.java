package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.NotSerializableException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failures lie in an event, and how errors are stored. */
class EventFaultSpec {

  @ParameterizedTest
  @ValueSource(strings = {"21000", "22001", "22021", "23502", "23505", "54000"})
  void what_the_database_says_of_the_values_lies_in_the_event(String state) {
    assertThat(EventFault.is(new SQLException("refused", state))).isTrue();
    assertThat(EventFault.is(new IllegalStateException(new BatchUpdateException("refused", state, new int[0])))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "25P03", "25006", "42P01", "42501", "58030",
      "XX000", "HYT00", "90098", ""})
  void an_outage_a_deadlock_a_time_out_or_a_wrong_statement_does_not(String state) {
    assertThat(EventFault.is(new SQLException("refused", state))).isFalse();
    assertThat(EventFault.is(new IllegalStateException(new SQLException("refused", state)))).isFalse();
  }

  @Test
  void a_failure_without_a_state_and_a_lost_connection_do_not() {
    assertThat(EventFault.is(new SQLException("refused"))).isFalse();
    assertThat(EventFault.is(new SQLTransientConnectionException("no connection became free"))).isFalse();
    assertThat(EventFault.is(new IllegalStateException(new TimeoutException("too late")))).isFalse();
  }

  @Test
  void any_other_failure_of_the_view_does() {
    assertThat(EventFault.is(new IllegalArgumentException("no such status"))).isTrue();
    assertThat(EventFault.is(new NotSerializableException("unknown manifest"))).isTrue();
  }

  @Test
  void an_error_is_stored_on_one_line_and_within_its_bound() {
    assertThat(ErrorText.of("a\u0000b\nc\u202ed\ud800e")).isEqualTo("a b c d e");
    assertThat(ErrorText.of("é".repeat(5_000))).hasSize(2_000);
    assertThat(ErrorText.of("x" + "\ud83d\ude00".repeat(5_000))).hasSize(1_999).endsWith("\ud83d\ude00");
  }
}
