package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import io.orderflow.kernel.Precondition;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of {@code If-Match}. */
class EntityTagsSpec {

  private static Optional<Precondition> read(String... values) {
    HttpRequest request = HttpRequest.create("/");
    for (String value : values) {
      request = request.addHeader(RawHeader.create("If-Match", value));
    }
    return EntityTags.ifMatch(request);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
      "~\"a\"~ | a", "~\"a\",\"b\"~ | a b", "~ \"a\" , \"b\" ~ | a b", "~,\"a\",,\"b\",~ | a b", "~W/\"a\", \"b\"~ | b", "~\"a,b\"~ | a,b"})
  void a_list_of_tags_is_read_and_weak_ones_match_nothing(String value, String tags) {
    assertThat(read(value)).contains(Precondition.oneOf(Set.of(tags.split(" "))));
  }

  @Test
  void weak_empty_and_overlong_tags_match_nothing() {
    assertThat(read("W/\"a\"")).contains(Precondition.oneOf(Set.of()));
    assertThat(read("\"" + "a".repeat(65) + "\"")).contains(Precondition.oneOf(Set.of()));
    assertThat(Precondition.failure(read("\"\"").orElseThrow(), "a")).isPresent();
  }

  @Test
  void several_fields_are_one_list() {
    assertThat(read("\"a\"", "\"b\"")).contains(Precondition.oneOf(Set.of("a", "b")));
  }

  @Test
  void a_star_stands_for_whatever_exists() {
    assertThat(read(" * ")).contains(Precondition.EXISTS);
    assertThat(Precondition.failure(Precondition.EXISTS, "a")).isEmpty();
    assertThat(Precondition.failure(Precondition.EXISTS, null)).isPresent();
  }

  @Test
  void without_the_field_there_is_no_condition() {
    assertThat(read()).isEmpty();
    assertThat(Precondition.failure(null, null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ",", "abc", "\"a", "a\"", "\"a\" \"b\"", "*, \"a\"", "\"a\", *", "w/\"a\"", "W/a", "\"a\";q=1", "\"a b\""})
  void anything_else_is_refused(String value) {
    assertThatThrownBy(() -> read(value)).isInstanceOfSatisfying(ProblemException.class, refused -> {
      assertThat(refused.problem().status()).isEqualTo(400);
      assertThat(refused.problem().field()).isEqualTo("If-Match");
    });
  }
}
