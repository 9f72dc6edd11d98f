package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Prefer: wait=N}, as RFC 7240 lets clients write it. */
class PreferencesSpec {

  private static Optional<Duration> wait(String... values) {
    HttpRequest request = HttpRequest.create();
    for (String value : values) {
      request = request.addHeader(RawHeader.create("Prefer", value));
    }
    return Preferences.wait(request, Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait=5", "WAIT=5", "Wait = \"5\"", "respond-async, wait=5", "wait=5; foo=bar", "wait=5, wait=9",
      "a=1;b=2,wait=5 , c", "handling=lenient,wait=5;x", "foo=\"a, b\", wait=5", "foo=\"\\\"\", wait=5"})
  void the_wait_is_found(String value) {
    assertThat(wait(value)).hasValue(Duration.ofSeconds(5));
  }

  @Test
  void the_wait_may_be_in_any_of_several_fields() {
    assertThat(wait("respond-async", "wait=5")).hasValue(Duration.ofSeconds(5));
  }

  @Test
  void the_wait_is_bounded() {
    assertThat(wait("wait=999999999")).hasValue(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wait", "wait=", "wait=-1", "wait=5s", "await=5", "wait=\"5", "wait=1.5", "wait=99999999999", "x;wait=5",
      "foo=\"a, wait=5\"", "foo=\"a, wait=5, b\"", "foo=\"\\\", wait=5\"", "foo=\"a, wait=5"})
  void an_unreadable_wait_is_ignored(String value) {
    assertThat(wait(value)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"wait=5|", "respond-async, wait=5|respond-async", "wait; x, a=\"b, wait=5\"|a=\"b, wait=5\"",
      "waiter=1|waiter=1"})
  void other_preferences_stay_when_the_wait_is_removed(String value, String left) {
    HttpRequest request = Preferences.withoutWait(HttpRequest.create().addHeader(RawHeader.create("Prefer", value)));
    assertThat(request.getHeader("Prefer").map(HttpHeader::value)).isEqualTo(Optional.ofNullable(left));
  }
}
