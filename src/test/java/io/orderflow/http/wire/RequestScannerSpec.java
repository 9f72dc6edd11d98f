package io.orderflow.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import akka.util.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request is passed on with unambiguous framing or rejected, whether it arrives at once or byte by byte. */
class RequestScannerSpec {

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "OPTIONS", "PURGE");

  private static RequestScanner scanner() {
    return new RequestScanner(new RequestRules(METHODS, Limits.REQUEST), new ClientLink(), stream -> {});
  }

  private static ByteString octets(String text) {
    return ByteString.fromString(text, StandardCharsets.ISO_8859_1);
  }

  /** The bytes that are passed on, as Akka HTTP decodes them. */
  private static String scanned(String sent) {
    String whole = scanner().scan(octets(sent)).utf8String();
    RequestScanner other = scanner();
    StringBuilder bytewise = new StringBuilder();
    for (int i = 0; i < sent.length(); i++) {
      bytewise.append(other.scan(octets(sent.substring(i, i + 1))).utf8String());
    }
    if (!sent.toLowerCase(java.util.Locale.ROOT).contains("chunked")) {
      assertThat(bytewise.toString()).as("byte by byte").isEqualTo(whole);
    }
    return whole;
  }

  private static String refused(int status, String code) {
    return "x-orderflow-refusal: " + status + " " + code + " ";
  }

  @Test
  void a_request_is_passed_on_unchanged() {
    assertThat(scanned("GET /api/x?a=%20 HTTP/1.1\r\nHost: h:80\r\nX-A:  1 \r\n\r\n"))
        .isEqualTo("GET /api/x?a=%20 HTTP/1.1\r\nHost: h:80\r\nX-A: 1\r\n\r\n");
  }

  @Test
  void each_octet_of_a_value_is_passed_on_as_one_character() {
    assertThat(scanned("GET / HTTP/1.1\r\nHost: h\r\nX-A: \u00e6\u0097\u00a5\u0085\r\n\r\n")).contains("X-A: \u00e6\u0097\u00a5\u0085\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "Authorization", "Idempotency-Key", "idempotency-KEY", "Origin", "Sec-Fetch-Site", "Host",
      "Content-Length"})
  void a_field_that_allows_one_value_must_not_be_repeated(String name) {
    String field = name + ": " + (name.equals("Content-Length") ? "0" : "a") + "\r\n";
    assertThat(scanned("POST / HTTP/1.1\r\n" + (name.equals("Host") ? "" : "Host: h\r\n") + field + field + "\r\n"))
        .contains(refused(400, "MALFORMED_REQUEST"));
  }

  @Test
  void preferences_may_be_repeated() {
    assertThat(scanned("GET / HTTP/1.1\r\nHost: h\r\nPrefer: a\r\nPrefer: wait=5\r\n\r\n")).endsWith("\r\nPrefer: a\r\nPrefer: wait=5\r\n\r\n");
  }

  @Test
  void a_media_type_is_passed_on_in_an_internal_field() {
    assertThat(scanned("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: image\r\nContent-Length: 1\r\n\r\nx"))
        .contains("x-orderflow-content-type: image\r\n").doesNotContain("\r\nContent-Type").endsWith("\r\n\r\nx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-orderflow-refusal", "X-Orderflow-Target", "x-orderflow-content-type", "x-orderflow-reason",
      "X-ORDERFLOW-CONTENT-LENGTH"})
  void a_client_can_not_set_internal_fields(String name) {
    assertThat(scanned("GET / HTTP/1.1\r\nHost: h\r\n" + name + ": 200 OK ok\r\n\r\n")).isEqualTo("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({"http://a/b?c,a,/b?c", "HTTP://a:81,a:81,/", "http://a?/api/raw/x,a,/?/api/raw/x", "https://[::1]:8/x,[::1]:8,/x"})
  void the_host_of_an_absolute_target_overrides_host(String target, String host, String path) {
    assertThat(scanned("GET " + target + " HTTP/1.1\r\nHost: other\r\n\r\n")).isEqualTo("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }

  @Test
  void empty_lines_before_a_request_are_ignored() {
    assertThat(scanned("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"))
        .isEqualTo("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    assertThat(scanned("\r\n".repeat(9))).contains(refused(400, "MALFORMED_REQUEST"));
  }

  @Test
  void chunks_are_passed_on_as_they_arrive_without_extensions_and_trailers() {
    assertThat(scanned("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n000A \t; c\r\n0123456789\r\n"
        + "0\r\nX-T: 1\r\n\r\n"
        + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"))
        .endsWith("\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc\r\n0\n\r\n", "3\r\nabc\r\n0\r\n\n",
      "3\r\nabcd\r\n0\r\n\r\n", "+3\r\nabc\r\n",
      "0x3\r\nabc\r\n", "3 \r\nabc\r\n", " 3\r\nabc\r\n", "\r\nabc", "g\r\n", "1000000000000000\r\n", "3;a\u0000\r\nabc\r\n", "3\rabc\r\n",
      "\uff13\r\nabc\r\n",
      "0\r\nX T: 1\r\n\r\n", "0\r\n: 1\r\n\r\n"})
  void malformed_chunks_break_the_body_and_nothing_follows_it(String chunks) {
    String passed = scanned("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");

    assertThat(passed).endsWith("broken\r\n").doesNotContain("GET /2");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551620\r\n\r\nabcd", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 2\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x4\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nContent_Length: 4\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: @chunked\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ,\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked,\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        Arguments.of("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET /\u00e9 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET / http/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        Arguments.of("GET /\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET http://u@h/x HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\nHost: h\r\nX\u0001: 1\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\nHost: h\r\nX: \u001b[31m\r\n\r\n", 400),
        Arguments.of("GET / HTTP/1.1\r\n X: 1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab", 400),
        Arguments.of("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", 405),
        Arguments.of("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        Arguments.of("get / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        Arguments.of("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + "\0".repeat(9), 0));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void an_ambiguous_request_is_rejected_and_is_the_last(String request, int status) {
    String passed = scanned(request + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");

    if (status > 0) {
      assertThat(passed).contains("x-orderflow-refusal: " + status + " ").contains("Connection: close");
    }
    assertThat(passed).doesNotContain("smuggled");
  }

  @Test
  void a_rejection_replaces_its_request() {
    assertThat(scanned("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\n"))
        .startsWith("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\n").contains(refused(400, "MALFORMED_REQUEST"));
  }

  @Test
  void a_head_is_bounded() {
    assertThat(scanned("GET /" + "x".repeat(70_000))).contains(refused(414, "URI_TOO_LONG"));
    assertThat(scanned("GET / HTTP/1.1\r\nHost: h\r\n" + "X: 1\r\n".repeat(64) + "\r\n")).contains(refused(431, "HEADERS_TOO_LARGE"));
    assertThat(scanned("GET / HTTP/1.1\r\nHost: h\r\nX: " + "y".repeat(70_000))).contains(refused(431, "HEADERS_TOO_LARGE"));
  }

  @Test
  void only_an_incomplete_head_or_chunk_line_has_a_time_limit() {
    RequestScanner scanner = scanner();
    assertThat(scanner.isIncomplete()).isFalse();
    scanner.scan(octets("POST / HTTP/1.1\r\n"));
    assertThat(scanner.isIncomplete()).isTrue();
    scanner.scan(octets("Host: h\r\nContent-Length: 5\r\n\r\nab"));
    assertThat(scanner.isIncomplete()).as("amid a body").isFalse();
    scanner.scan(octets("cde\r"));
    assertThat(scanner.isIncomplete()).as("amid an empty line").isTrue();
    assertThat(scanner.timedOut().utf8String()).contains(refused(408, "REQUEST_TIMEOUT"));
    assertThat(scanner.isIncomplete()).isFalse();
  }
}
