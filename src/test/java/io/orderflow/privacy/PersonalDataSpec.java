package io.orderflow.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.Sql;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The keys of persons: made once, the same on all nodes, and forgotten for good. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class PersonalDataSpec {

  private static final EncryptionKeys KEYS = EncryptionKeys.parse(List.of("k1 " + "A".repeat(43) + "="));

  @Parameter
  private TestDatabase database;
  private final AtomicLong nanos = new AtomicLong();
  private ProjectionKit kit;
  private PersonalData here;
  private PersonalData there;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
    here = node(KEYS);
    there = node(KEYS);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private PersonalData node(EncryptionKeys keys) {
    return new PersonalData(kit.database(), keys, Clock.systemUTC(), nanos::get);
  }

  private static <T> T of(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static String opened(PersonalData node, String stored) {
    return of(node.opening(List.of(stored))).apply(stored);
  }

  private static void expectDeleted(CompletionStage<?> stage) {
    assertThatThrownBy(() -> of(stage)).satisfies(failure ->
        assertThat(Rejection.in(failure.getCause()).orElseThrow().code()).isEqualTo("USER_DELETED"));
  }

  private byte[] secret(String person) throws SQLException {
    return kit.database().transaction(connection -> Sql.selectFirst(connection, "SELECT secret FROM person_keys WHERE person_id = ?",
        row -> row.getBytes(1), person)).orElse(null);
  }

  @Test
  void what_one_node_seals_another_opens() {
    String stored = of(here.sealing("ada")).seal("Ada Lovelace");
    assertThat(stored).doesNotContain("Ada Lovelace");
    assertThat(opened(there, stored)).isEqualTo("Ada Lovelace");
    assertThat(opened(there, "stored in clear")).isEqualTo("stored in clear");
    assertThat(opened(there, of(there.sealing("ada")).seal("\u00e4\u20ac\ud83d\ude00"))).isEqualTo("\u00e4\u20ac\ud83d\ude00");
  }

  @Test
  void nodes_that_make_a_persons_key_at_once_get_the_same() {
    List<CompletableFuture<PersonKey>> keys = IntStream.range(0, 16).mapToObj(i -> node(KEYS).sealing("ada").toCompletableFuture()).toList();
    keys.forEach(key -> assertThat(opened(there, key.join().seal("Ada"))).isEqualTo("Ada"));
  }

  @Test
  void a_persons_key_is_stored_encrypted_with_that_of_the_node() throws SQLException {
    String stored = of(here.sealing("ada")).seal("Ada");
    assertThat(secret("ada")).hasSizeGreaterThan(Aead.KEY_BYTES);
    assertThatThrownBy(() -> opened(node(EncryptionKeys.NONE), stored)).hasRootCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("k1");
    of(node(EncryptionKeys.NONE).sealing("bob"));
    assertThat(secret("bob")).hasSize(Aead.KEY_BYTES);
    assertThat(opened(here, of(here.sealing("bob")).seal("Bob"))).isEqualTo("Bob");
  }

  @Test
  void a_forgotten_key_is_gone_here_at_once_and_there_after_a_second() throws SQLException {
    String stored = of(here.sealing("ada")).seal("Ada");
    assertThat(opened(there, stored)).isEqualTo("Ada");
    of(here.forget("ada"));
    assertThat(secret("ada")).isNull();
    assertThat(opened(here, stored)).isEqualTo(PersonKey.DELETED);
    assertThat(opened(there, stored)).isEqualTo("Ada");
    nanos.addAndGet(Duration.ofMillis(1001).toNanos());
    assertThat(opened(there, stored)).isEqualTo(PersonKey.DELETED);
  }

  @Test
  void remembered_keys_are_not_read_again_until_one_is_forgotten() throws SQLException {
    String ada = of(here.sealing("ada")).seal("Ada");
    assertThat(opened(there, ada)).isEqualTo("Ada");
    // Its first look says nothing of keys that were read before it.
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(opened(there, ada)).isEqualTo("Ada");
    destroy("ada");
    for (int i = 0; i < 5; i++) {
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThat(opened(there, ada)).isEqualTo("Ada");
      assertThat(of(there.sealing("ada")).open(ada)).isEqualTo("Ada");
    }
    of(here.forget("bob"));
    nanos.addAndGet(Duration.ofMillis(1001).toNanos());
    assertThat(opened(there, ada)).isEqualTo(PersonKey.DELETED);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    expectDeleted(there.sealing("ada"));
  }

  /** Behind the back of all nodes. */
  private void destroy(String person) throws SQLException {
    kit.database().transaction(connection -> Sql.update(connection, "UPDATE person_keys SET secret = NULL WHERE person_id = ?", person));
  }

  @Test
  void a_person_whose_key_is_forgotten_gets_no_other() {
    of(here.sealing("ada"));
    of(there.sealing("ada"));
    of(here.forget("ada"));
    of(here.forget("ada"));
    expectDeleted(here.sealing("ada"));
    nanos.addAndGet(Duration.ofSeconds(61).toNanos());
    expectDeleted(there.sealing("ada"));
    of(here.forget("never seen"));
    expectDeleted(there.sealing("never seen"));
  }

  @Test
  void persons_are_opened_together_each_with_their_own_key() {
    String ada = of(here.sealing("ada")).seal("Ada");
    String bob = of(here.sealing("bob")).seal("Bob");
    of(here.forget("bob"));
    var open = of(there.opening(List.of(ada, bob, "plain")));
    assertThat(List.of(open.apply(ada), open.apply(bob), open.apply("plain"))).containsExactly("Ada", PersonKey.DELETED, "plain");
    assertThat(opened(there, ada.replace("\u0001pada", "\u0001pnobody"))).isEqualTo(PersonKey.DELETED);
  }

  @Test
  void what_was_sealed_for_one_person_is_not_opened_as_anothers() {
    String ada = of(here.sealing("ada")).seal("Ada");
    of(here.sealing("bob"));
    assertThatThrownBy(() -> opened(here, ada.replace("\u0001pada", "\u0001pbob"))).isInstanceOf(IllegalStateException.class);
  }

  private String code(PersonalData node, String text) throws SQLException {
    return kit.database().transaction(connection -> node.searchCode(connection, text));
  }

  @Test
  void the_code_of_a_text_is_the_same_at_all_nodes_and_tells_nothing_without_its_key() throws Exception {
    List<CompletableFuture<String>> codes = IntStream.range(0, 8).mapToObj(i -> CompletableFuture.supplyAsync(() -> {
      try {
        return code(node(KEYS), "ada@example.com");
      } catch (SQLException failure) {
        throw new IllegalStateException(failure);
      }
    })).toList();
    assertThat(codes.stream().map(CompletableFuture::join).distinct()).hasSize(1);
    assertThat(code(here, "ada@example.com")).isEqualTo(codes.get(0).join()).isNotEqualTo(code(here, "bob@example.com"));
    byte[] plain = java.security.MessageDigest.getInstance("SHA-256").digest("ada@example.com".getBytes());
    assertThat(code(here, "ada@example.com")).hasSize(64).isNotEqualTo(java.util.HexFormat.of().formatHex(plain));
    assertThatThrownBy(() -> code(node(EncryptionKeys.NONE), "ada@example.com")).hasMessageContaining("k1");
  }
}
