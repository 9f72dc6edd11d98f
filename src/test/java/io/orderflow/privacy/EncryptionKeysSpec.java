package io.orderflow.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys by which a node encrypts what it stores, how they are exchanged, and when a node does not start without them. */
class EncryptionKeysSpec {

  private static final String FIRST = line("first", 1);
  private static final String SECOND = line("second", 2);
  private static final String ELSEWHERE = "bind = \"0.0.0.0\", host = \"node\", security { mode = jwt, issuer = \"https://issuer.example\","
      + " jwks = \"https://issuer.example/jwks\" }, payment.url = \"https://provider.example\"\n";

  @TempDir
  private Path folder;

  private static String line(String id, int filling) {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) filling);
    return id + " " + Base64.getEncoder().encodeToString(key);
  }

  private static CardTokens cards(String... lines) {
    return new CardTokens(EncryptionKeys.parse(List.of(lines)));
  }

  private static Config config(String orderflow) {
    return Configuration.over(ConfigFactory.parseString("orderflow {\n" + orderflow + "\n}"));
  }

  @Test
  void a_token_is_sealed_with_the_first_key_and_opened_with_any() {
    String stored = cards(FIRST, SECOND).seal("tok_visa");
    assertThat(stored).doesNotContain("tok_visa").contains("first");
    assertThat(cards(SECOND, FIRST).open(stored)).isEqualTo("tok_visa");
    assertThat(cards(SECOND, FIRST).seal("tok_visa")).contains("second");
  }

  @Test
  void the_same_token_is_never_stored_alike() {
    assertThat(cards(FIRST).seal("tok_visa")).isNotEqualTo(cards(FIRST).seal("tok_visa"));
  }

  @Test
  void a_token_that_was_stored_in_clear_is_read_as_it_is() {
    assertThat(cards(FIRST).open("tok_visa")).isEqualTo("tok_visa");
    assertThat(new CardTokens(EncryptionKeys.NONE).seal("tok_visa")).isEqualTo("tok_visa");
  }

  /** Made by another program: what is stored is read by every later version. */
  @Test
  void the_stored_form_never_changes() throws Exception {
    CardTokens zero = cards("k1 " + "A".repeat(43) + "=");
    assertThat(zero.open("\u0001ck1\u0001AAECAwQFBgcICQoL/KRYDXaU/JjVrrQNJiy9KeV74522CUzB")).isEqualTo("tok_visa");
    assertThat(PersonKey.of("ada", new byte[32]).open("\u0001pada\u0001AAECAwQFBgcICQoLya9SckyS+ZyuGTGAnz0dSPhPvUaWS9vmb6bvEA")).isEqualTo("Ada Lovelace");
    assertThat(Aead.open(Aead.key(new byte[32]), SealedText.of(zero.seal("tok_visa")).orElseThrow().ciphertext(), "card"))
        .asString(StandardCharsets.UTF_8).isEqualTo("tok_visa");
  }

  @Test
  void without_its_key_or_changed_a_stored_token_is_not_read() {
    String stored = cards(FIRST).seal("tok_visa");
    assertThatThrownBy(() -> cards(SECOND).open(stored)).isInstanceOf(IllegalStateException.class).hasMessageContaining("first");
    assertThatThrownBy(() -> new CardTokens(EncryptionKeys.NONE).open(stored)).isInstanceOf(IllegalStateException.class);
    String renamed = stored.replace("first", "second");
    assertThatThrownBy(() -> cards(FIRST, SECOND).open(renamed)).isInstanceOf(IllegalStateException.class);
    String changed = stored.substring(0, stored.length() - 4) + "AAAA";
    assertThatThrownBy(() -> cards(FIRST).open(changed)).isInstanceOf(IllegalStateException.class).hasMessageNotContaining("tok_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "first", "first c2hvcnQ=", "a b c", "first AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void a_file_that_is_none_of_keys_is_refused_without_being_quoted(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), content);
    assertThatThrownBy(() -> EncryptionKeys.of(config("encryption.keys-file = \"" + file + "\""))).isInstanceOf(StartRefused.class)
        .hasMessageContaining("ORDERFLOW_ENCRYPTION_KEYS_FILE").message().endsWith(".").doesNotContain("\n", "c2hvcnQ", "AAAA");
  }

  @Test
  void a_file_with_two_keys_of_one_id_and_one_that_is_not_there_are_refused() throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), FIRST + "\n" + FIRST + "\n");
    assertThatThrownBy(() -> EncryptionKeys.of(config("encryption.keys-file = \"" + file + "\""))).hasMessageContaining("line 2");
    assertThatThrownBy(() -> EncryptionKeys.of(config("encryption.keys-file = \"" + folder.resolve("none") + "\"")))
        .hasMessageContaining("does not exist");
  }

  @Test
  void a_changed_file_counts_while_the_node_runs_and_a_bad_one_does_not() throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), FIRST + "\n");
    EncryptionKeys keys = EncryptionKeys.of(config("encryption.keys-file = \"" + file + "\""));
    CardTokens cards = new CardTokens(keys);
    String old = cards.seal("tok_visa");

    for (String bad : new String[] {"", "first c2hvcnQ=", FIRST + "\n" + FIRST, SECOND, line("first", 3) + "\n" + SECOND}) {
      Files.writeString(file, bad);
      keys.refresh();
      assertThat(keys.current()).contains("first");
      assertThat(cards.open(old)).isEqualTo("tok_visa");
    }
    Files.delete(file);
    keys.refresh();
    assertThat(cards.open(old)).isEqualTo("tok_visa");

    Files.writeString(file, SECOND + "\n" + FIRST + "\n");
    keys.refresh();
    String exchanged = cards.seal("tok_visa");
    assertThat(exchanged).contains("second");
    assertThat(cards.open(old)).isEqualTo("tok_visa");

    Files.writeString(file, SECOND + "\n");
    keys.refresh();
    assertThat(cards.open(exchanged)).isEqualTo("tok_visa");
    assertThatThrownBy(() -> cards.open(old)).isInstanceOf(IllegalStateException.class).hasMessageContaining("first");
  }

  @Test
  void a_node_with_services_that_others_reach_does_not_start_without_keys() throws IOException {
    Path data = folder.resolve("data");
    assertThatThrownBy(() -> Node.start(config(ELSEWHERE + "data-dir = \"" + data + "\""))).isInstanceOf(StartRefused.class)
        .hasMessageContainingAll("ORDERFLOW_ENCRYPTION_KEYS_FILE", "openssl rand -base64 32").message().endsWith(".").doesNotContain("\n");
    assertThat(data).doesNotExist();
    Path file = Files.writeString(folder.resolve("keys"), FIRST + "\n\n" + SECOND + "\n");
    assertThat(EncryptionKeys.of(config(ELSEWHERE + "encryption.keys-file = \"" + file + "\"")).current()).contains("first");
  }

  @Test
  void on_loopback_or_with_security_off_it_does() {
    assertThat(EncryptionKeys.of(config("")).current()).isEmpty();
    assertThat(EncryptionKeys.of(config("bind = \"0.0.0.0\", host = \"node\", security.mode = off")).current()).isEmpty();
  }
}
