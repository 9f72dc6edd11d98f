package io.orderflow.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.kernel.Sql;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The persons' keys are encrypted with the node's present key, so that the one before can be removed. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class PersonKeyRotationSpec {

  private static final String OLD = "old " + "A".repeat(43) + "=";
  private static final String NEW = "new " + "B".repeat(42) + "A=";
  private static final EncryptionKeys BEFORE = EncryptionKeys.parse(List.of(OLD));
  private static final EncryptionKeys BOTH = EncryptionKeys.parse(List.of(NEW, OLD));
  private static final EncryptionKeys AFTER = EncryptionKeys.parse(List.of(NEW));

  @Parameter
  private TestDatabase database;
  private final AtomicLong nanos = new AtomicLong();
  private ProjectionKit kit;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private PersonalData node(EncryptionKeys keys) {
    return new PersonalData(kit.database(), keys, Clock.systemUTC());
  }

  private static <T> T of(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private String sealed(EncryptionKeys keys, String person) {
    return of(node(keys).sealing(person)).seal("data of " + person);
  }

  private String opened(EncryptionKeys keys, String stored) {
    return of(node(keys).opening(List.of(stored))).apply(stored);
  }

  /** The ids of the keys that encrypt those of persons, with the number of these. */
  private Map<String, Long> inUse() throws SQLException {
    return kit.database().transaction(connection -> new TreeMap<>(Sql.selectMap(connection, "SELECT COALESCE(key_id, '-'), COUNT(*) FROM person_keys"
        + " WHERE secret IS NOT NULL GROUP BY key_id", row -> row.getString(1), row -> row.getLong(2))));
  }

  private PersonKeyRotation rotation(EncryptionKeys keys) {
    return new PersonKeyRotation(kit.database(), keys, nanos::get);
  }

  @Test
  void old_data_is_readable_when_the_old_key_is_gone() throws SQLException {
    String code = kit.database().transaction(connection -> node(BEFORE).searchCode(connection, "ada@example.com"));
    List<String> stored = new ArrayList<>();
    for (int i = 0; i < PersonKeyRotation.AT_ONCE + 50; i++) {
      stored.add(sealed(BEFORE, "person-" + i));
    }
    of(node(BEFORE).forget("person-7"));
    String clear = sealed(EncryptionKeys.NONE, "clear");
    PersonKeyRotation rotation = rotation(BOTH);
    rotation.run();
    assertThat(inUse()).as("a round does a part of them").containsKeys("new", "old");
    rotation.run();
    assertThat(inUse()).containsOnly(Map.entry("new", (long) stored.size() + 1));

    assertThat(opened(AFTER, stored.get(0))).isEqualTo("data of person-0");
    assertThat(opened(AFTER, stored.get(stored.size() - 1))).isEqualTo("data of person-" + (stored.size() - 1));
    assertThat(opened(AFTER, stored.get(7))).isEqualTo(PersonKey.DELETED);
    assertThat(opened(AFTER, clear)).isEqualTo("data of clear");
    String codeAfter = kit.database().transaction(connection -> node(AFTER).searchCode(connection, "ada@example.com"));
    assertThat(codeAfter).isEqualTo(code);
    assertThatThrownBy(() -> opened(BEFORE, stored.get(0))).hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_key_that_was_made_with_the_old_one_after_a_pass_is_found_by_the_next_pass() throws SQLException {
    PersonKeyRotation rotation = rotation(BOTH);
    rotation.run();
    sealed(BEFORE, "late");
    rotation.run();
    assertThat(inUse()).containsOnlyKeys("old");
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    rotation.run();
    assertThat(inUse()).containsOnlyKeys("new");
  }

  @Test
  void keys_that_cannot_be_decrypted_stay_as_they_are_and_do_not_hold_up_the_others() throws SQLException {
    EncryptionKeys third = EncryptionKeys.parse(List.of("third " + "C".repeat(42) + "A="));
    String lost = sealed(third, "a-lost");
    String damaged = sealed(BEFORE, "b-damaged");
    kit.database().transaction(connection -> Sql.update(connection, "UPDATE person_keys SET secret = ? WHERE person_id = 'b-damaged'", new byte[60]));
    String good = sealed(BEFORE, "c-good");
    rotation(BOTH).run();
    assertThat(inUse()).containsOnly(Map.entry("new", 1L), Map.entry("old", 1L), Map.entry("third", 1L));
    assertThat(opened(AFTER, good)).isEqualTo("data of c-good");
    assertThat(opened(third, lost)).isEqualTo("data of a-lost");
    assertThatThrownBy(() -> opened(BOTH, damaged)).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void without_keys_nothing_is_done() throws SQLException {
    sealed(EncryptionKeys.NONE, "ada");
    rotation(EncryptionKeys.NONE).run();
    assertThat(inUse()).containsOnlyKeys("-");
  }
}
