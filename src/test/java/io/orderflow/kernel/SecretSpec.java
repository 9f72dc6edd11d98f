package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretSpec {

  @TempDir
  private Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("secret"), content);
  }

  @Test
  void a_value_stays() {
    Secret secret = Secret.of("PASSWORD", "pass word", "");
    secret.refresh();
    assertThat(secret.get()).isEqualTo("pass word");
    assertThat(secret.isInFile()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pass word", "pass word\n", "pass word\r\n"})
  void a_file_is_its_only_line(String content) throws IOException {
    assertThat(Secret.of("PASSWORD", "", file(content).toString()).get()).isEqualTo("pass word");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "one\ntwo", "one\n\n", "a\u0000b"})
  void a_file_without_a_line_or_with_several_is_refused_unquoted(String content) throws IOException {
    String path = file(content).toString();
    assertThatThrownBy(() -> Secret.of("PASSWORD", "", path)).isInstanceOf(StartRefused.class)
        .hasMessage("PASSWORD_FILE can't be used: the file must have exactly one line.");
  }

  @Test
  void a_changed_file_is_followed_and_an_unusable_one_is_not() throws IOException {
    Secret secret = Secret.of("PASSWORD", "", file("first").toString());
    List<String> told = new ArrayList<>();
    secret.onChange(told::add);
    secret.refresh();
    file("second");
    secret.refresh();
    file("");
    secret.refresh();
    Files.delete(folder.resolve("secret"));
    secret.refresh();
    assertThat(secret.get()).isEqualTo("second");
    file("third");
    secret.refresh();
    assertThat(secret.get()).isEqualTo("third");
    assertThat(told).containsExactly("second", "third");
  }

  @Test
  void a_folder_is_no_secret() {
    assertThatThrownBy(() -> Secret.of("PASSWORD", "", folder.toString())).isInstanceOf(StartRefused.class).message().endsWith(".");
  }
}
