package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import io.orderflow.security.Caller;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of an idempotency key, and whose it is. */
class RequestKeySpec {

  private static Optional<RequestKey> read(Caller caller, String... values) {
    HttpRequest request = HttpRequest.create("/");
    for (String value : values) {
      request = request.addHeader(RawHeader.create("Idempotency-Key", value));
    }
    return RequestKey.of(request, caller);
  }

  private static String text(String value) {
    return read(Caller.ANONYMOUS, value).orElseThrow().text();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
      "abc | abc", "~\"abc\"~ | abc", "~\"two words\"~ | ~two words~", "~\"say \\\"hi\\\"\"~ | ~say \"hi\"~", "~\"back\\\\slash\"~ | ~back\\slash~",
      "a,b;c=d | a,b;c=d", "! | !"})
  void quoted_and_bare_forms_of_one_key_are_the_same_key(String value, String key) {
    assertThat(text(value)).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\"", "\"abc", "abc\"", "\"", "a\"b", "two words", "back\\slash", "\"a\\b\"", "\"a\" \"b\"", "\"a\";p=1", "\"a\", \"b\"",
      "caf\u00e9", "\"caf\u00e9\"", "tab\there"})
  void a_malformed_key_is_refused(String value) {
    assertThatThrownBy(() -> text(value)).isInstanceOfSatisfying(ProblemException.class, refused -> {
      assertThat(refused.problem().status()).isEqualTo(400);
      assertThat(refused.problem().field()).isEqualTo("Idempotency-Key");
    });
  }

  @Test
  void a_key_has_at_most_255_characters_without_its_quotes() {
    assertThat(text("k".repeat(255))).hasSize(255);
    assertThat(text('"' + "\\\"".repeat(255) + '"')).hasSize(255);
    for (String tooLong : new String[] {"k".repeat(256), '"' + "k".repeat(256) + '"', '"' + "\\\"".repeat(256) + '"'}) {
      assertThatThrownBy(() -> text(tooLong)).isInstanceOf(ProblemException.class);
    }
  }

  @Test
  void a_request_has_one_key_or_none() {
    assertThat(read(Caller.ANONYMOUS)).isEmpty();
    assertThatThrownBy(() -> read(Caller.ANONYMOUS, "a", "a")).isInstanceOf(ProblemException.class);
  }

  @Test
  void a_key_belongs_to_the_issuer_and_the_subject_of_its_caller() {
    Caller ada = Caller.of("https://issuer", "ada", Set.of());
    Set<String> names = Set.of(read(Caller.ANONYMOUS, "k").orElseThrow().named("thing"), read(ada, "k").orElseThrow().named("thing"),
        read(Caller.of("https://issuer", "bob", Set.of()), "k").orElseThrow().named("thing"),
        read(Caller.of("https://other", "ada", Set.of()), "k").orElseThrow().named("thing"),
        read(ada, "k").orElseThrow().named("other"), read(ada, "k").orElseThrow().named("thing", "part"));
    assertThat(names).hasSize(6);
    assertThat(read(ada, "\"k\"").orElseThrow().named("thing", "part")).isEqualTo(read(ada, "k").orElseThrow().named("thing", "part"));
    assertThat(read(ada, "k").orElseThrow().remembered()).startsWith("#");
  }
}
