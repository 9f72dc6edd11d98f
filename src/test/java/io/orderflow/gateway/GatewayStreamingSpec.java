package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bodies of any length are streamed in both directions. */
class GatewayStreamingSpec {

  private static final long HUGE = 1L << 30;
  private static final int PART = 1 << 16;
  private static final AtomicLong SENT = new AtomicLong();
  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.streaming(exchange -> {
      String target = exchange.request().target();
      if (target.startsWith("/download")) {
        long length = Long.parseLong(target.substring(target.indexOf('=') + 1));
        exchange.send("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + length + "\r\n\r\n");
        SENT.set(0);
        fill(exchange.out(), length);
      } else if (target.startsWith("/upload")) {
        long length = Long.parseLong(exchange.request().header("Content-Length").orElseThrow());
        exchange.ok(Long.toString(drain(exchange.in(), length)));
      } else if (target.startsWith("/until-closed")) {
        exchange.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it");
        exchange.socket().close();
      } else if (target.startsWith("/live")) {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        exchange.in().read();
      } else if (target.startsWith("/chunks")) {
        exchange.ok(RawMessage.body(exchange.request(), exchange.in()));
      } else {
        exchange.ok("small");
      }
    });
    gateway = GatewayFixture.before("big", upstream.url(""));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void a_gibibyte_is_downloaded_in_constant_memory() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.sendGet("/api/big/download?length=" + HUGE);
      assertThat(client.answerHead().header("Content-Length")).hasValue(Long.toString(HUGE));
      assertThat(drain(client.in, HUGE)).isEqualTo(HUGE);
    }
  }

  @Test
  void a_gibibyte_is_uploaded_in_constant_memory() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("PUT /api/big/upload HTTP/1.1\r\nHost: h\r\nContent-Length: " + HUGE + "\r\n\r\n");
      fill(client.out, HUGE);
      assertThat(client.answer().body()).isEqualTo(Long.toString(HUGE));
      assertThat(client.sendGet("/api/big/small").answer().body()).isEqualTo("small");
    }
  }

  @Test
  void a_client_that_does_not_read_applies_back_pressure_to_the_service() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.sendGet("/api/big/download?length=" + HUGE);
      client.answerHead();
      AtomicLong before = new AtomicLong(-1);
      await().until(() -> before.getAndSet(SENT.get()) == SENT.get() && SENT.get() > 0);
      assertThat(SENT.get()).isLessThan(HUGE / 4);
    }
  }

  @Test
  void an_event_arrives_before_the_end_of_the_response() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.sendGet("/api/big/live");
      RawMessage head = client.answerHead();

      assertThat(head.header("Content-Type")).hasValue("text/event-stream");
      assertThat(head.header("Transfer-Encoding")).hasValue("chunked");
      assertThat(RawMessage.line(client.in)).isEqualTo("5");
      assertThat(RawMessage.line(client.in)).isEqualTo("first");
    }
  }

  @Test
  void a_client_that_disconnects_during_the_response_frees_the_service() throws Exception {
    int open;
    try (RawClient client = RawClient.to(gateway.port)) {
      client.sendGet("/api/big/download?length=" + HUGE);
      client.answerHead();
      open = upstream.open.get();
    }
    await().until(() -> upstream.open.get() < open);
  }

  @Test
  void a_response_that_ends_by_closing_is_complete() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/big/until-closed").body()).isEqualTo("all of it");
  }

  @Test
  void an_http_1_0_client_gets_its_response() throws Exception {
    RawMessage answer = RawClient.ask(gateway.port, "GET /api/big/small HTTP/1.0");

    assertThat(answer.body()).isEqualTo("small");
  }

  @Test
  void a_client_with_expect_gets_100_continue() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("PUT /api/big/upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(client.answerHead().status()).isEqualTo(100);
      assertThat(client.send("hello").answer().body()).isEqualTo("5");
    }
  }

  @Test
  void requests_in_sequence_share_a_connection_to_the_service() throws Exception {
    RawClient.get(gateway.port, "/api/big/small");
    int before = upstream.connections.get();
    for (int i = 0; i < 20; i++) {
      RawClient.get(gateway.port, "/api/big/small");
    }
    assertThat(upstream.connections).hasValue(before);
  }

  @Test
  void a_client_keeps_its_connection_after_a_body_in_chunks() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      for (int i = 0; i < 50; i++) {
        client.send("POST /api/big/chunks HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        assertThat(client.answer().body()).isEqualTo("abc");
      }
    }
  }

  @Test
  void a_client_keeps_its_connection_after_a_long_body() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      for (int i = 0; i < 50; i++) {
        client.send("POST /api/big/upload HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n");
        fill(client.out, 70_000);
        assertThat(client.answer().body()).isEqualTo("70000");
      }
    }
  }

  private static void fill(OutputStream out, long length) throws IOException {
    byte[] part = new byte[PART];
    Arrays.fill(part, (byte) 'x');
    for (long left = length; left > 0; left -= PART) {
      out.write(part, 0, (int) Math.min(PART, left));
      SENT.addAndGet(PART);
    }
    out.flush();
  }

  private static long drain(InputStream in, long length) throws IOException {
    byte[] part = new byte[PART];
    long read = 0;
    while (read < length) {
      int count = in.read(part, 0, (int) Math.min(PART, length - read));
      if (count < 0) {
        return read;
      }
      read += count;
    }
    return read;
  }
}
