package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The octets of headers are forwarded unchanged, and none can end its line. */
class GatewayOctetsSpec {

  private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
  private static final AtomicReference<String> ANSWER = new AtomicReference<>(HELLO);
  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.send(ANSWER.get()));
    gateway = GatewayFixture.before("s", upstream.url(""));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  /** The text in UTF-8, with one character for each octet. */
  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "X-Any", "Accept", "Cookie", "Authorization", "If-None-Match", "User-Agent"})
  void characters_whose_low_byte_ends_a_line_smuggle_no_request(String name) throws Exception {
    int before = upstream.requests.size();
    String hidden = utf8("text/plain; x=\"a\u010d\u010aContent-Length: 0\u010d\u010a\u010d\u010a"
        + "GET /smuggled HTTP/1.1\u010d\u010aHost: x\u010d\u010aX-Rest: \"");

    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/o HTTP/1.1\r\nHost: h\r\n" + name + ": " + hidden + "\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.answer().status()).isIn(200, 400);
    }

    assertThat(upstream.requests.subList(before, upstream.requests.size())).allSatisfy(request -> {
      assertThat(request.target()).isEqualTo("/o");
      assertThat(request.header(name)).hasValue(hidden);
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "X-Any", "ETag"})
  void characters_whose_low_byte_ends_a_line_inject_no_header(String name) throws Exception {
    String hidden = utf8("text/plain; x=\"a\u010d\u010aSet-Cookie: session=evil\u010d\u010aX: \"");
    ANSWER.set("HTTP/1.1 200 OK\r\n" + name + ": " + hidden + "\r\nContent-Length: 2\r\n\r\nok");
    try {
      RawMessage answer = RawClient.get(gateway.port, "/api/s/x");
      assertThat(answer.header("Set-Cookie")).isEmpty();
      assertThat(answer.header(name)).hasValue(hidden);
    } finally {
      ANSWER.set(HELLO);
    }
  }

  @Test
  void text_beyond_ascii_is_forwarded_unchanged_in_both_directions() throws Exception {
    for (String value : new String[] {utf8("\u65e5\u672c"), "caf\u00e9", "\u0080\u0085\u009b\u00ff"}) {
      ANSWER.set("HTTP/1.1 200 OK\r\nX-Any: " + value + "\r\nContent-Length: 2\r\n\r\nok");
      try {
        assertThat(RawClient.get(gateway.port, "/api/s/x", "X-Any: " + value).header("X-Any")).hasValue(value);
        assertThat(upstream.last().header("X-Any")).hasValue(value);
      } finally {
        ANSWER.set(HELLO);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/xml; subtype=gml/3.1.1", "image", "application/json;", "application/vnd.ms-excel; charset=utf-8",
      "text/plain;charset=\"utf-8\"",
      "TEXT/Plain; Charset=ISO-8859-1", "a/b; x=1; x=2", "*/*"})
  void a_media_type_is_forwarded_unchanged_in_both_directions(String type) throws Exception {
    ANSWER.set("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\nok");
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/o HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: 1\r\n\r\nx");
      assertThat(client.answer().all("Content-Type")).containsExactly(type);
      client.send("POST /api/s/o HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
      assertThat(client.answer().all("Content-Type")).containsExactly(type);
    } finally {
      ANSWER.set(HELLO);
    }
    assertThat(upstream.last().all("Content-Type")).containsExactly(type);
  }

  @Test
  void a_message_without_a_media_type_gets_none() throws Exception {
    ANSWER.set("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/o HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
      assertThat(client.answer().header("Content-Type")).isEmpty();
    } finally {
      ANSWER.set(HELLO);
    }
    assertThat(upstream.last().header("Content-Type")).isEmpty();
  }

  @Test
  void a_long_head_of_a_service_is_forwarded_unchanged() throws Exception {
    StringBuilder fields = new StringBuilder("X-Long: " + "y".repeat(9_000) + "\r\n");
    for (int i = 0; i < 80; i++) {
      fields.append("X-F").append(i).append(": ").append(i).append("\r\n");
    }
    ANSWER.set("HTTP/1.1 404 " + "r".repeat(65) + "\r\n" + fields + "Content-Length: 2\r\n\r\nok");
    try {
      RawMessage answer = RawClient.get(gateway.port, "/api/s/x");
      assertThat(answer.line()).isEqualTo("HTTP/1.1 404 " + "r".repeat(65));
      assertThat(answer.header("X-Long").orElseThrow()).hasSize(9_000);
      assertThat(answer.header("X-F79")).hasValue("79");
    } finally {
      ANSWER.set(HELLO);
    }
  }

  @ParameterizedTest
  @CsvSource({"HEAD,HTTP/1.1 200 OK,Content-Length: 1234", "HEAD,HTTP/1.1 200 OK,Content-Length: 0", "HEAD,HTTP/1.1 200 OK,X-A: 1",
      "GET,HTTP/1.1 304 Not Modified,Content-Length: 1234", "HEAD,HTTP/1.1 404 Not Found,Content-Length: 7"})
  void the_length_of_a_body_that_is_not_sent_is_forwarded(String method, String line, String header) throws Exception {
    ANSWER.set(line + "\r\n" + header + "\r\n\r\n");
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send(method + " /api/s/x HTTP/1.1\r\nHost: h\r\n\r\n");
      RawMessage answer = client.answerHead();
      assertThat(answer.all("Content-Length")).isEqualTo(new RawMessage(line, java.util.List.of(header), "").all("Content-Length"));
      ANSWER.set(HELLO);
      client.send("GET /api/s/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.answer().body()).isEqualTo("ok");
    } finally {
      ANSWER.set(HELLO);
    }
    if (method.equals("GET")) {
      return; // HTTP/2 says no length of what isn't sent, but for HEAD.
    }
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      ANSWER.set(line + "\r\n" + header + "\r\n\r\n");
      assertThat(client.ask(method, "/api/s/x").headers().get("content-length"))
          .isEqualTo(new RawMessage(line, java.util.List.of(header), "").header("Content-Length").orElse(null));
    } finally {
      ANSWER.set(HELLO);
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,HTTP/1.1 204 No Content,X: 1", "GET,HTTP/1.1 304 Not Modified,X: 1", "HEAD,HTTP/1.1 200 OK,Content-Length: 6",
      "GET,HTTP/1.1 200 OK,Content-Length: 0", "DELETE,HTTP/1.1 205 Reset Content,Content-Length: 0"})
  void surplus_bytes_of_a_response_reach_no_other_client(String method, String line, String header) throws Exception {
    for (int round = 0; round < 5; round++) {
      ANSWER.set(line + "\r\n" + header + "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanothr");
      try (RawClient client = RawClient.to(gateway.port)) {
        client.send(method + " /api/s/x HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(client.answerHead().line()).isEqualTo(line);
      }
      ANSWER.set(HELLO);
      assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("ok");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 3\r\n\r\none", "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"})
  void surplus_bytes_after_a_body_reach_no_other_client(String rest) throws Exception {
    for (int round = 0; round < 5; round++) {
      ANSWER.set("HTTP/1.1 200 OK\r\n" + rest + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanothr");
      assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("one");
      ANSWER.set(HELLO);
      assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("ok");
    }
  }
}
