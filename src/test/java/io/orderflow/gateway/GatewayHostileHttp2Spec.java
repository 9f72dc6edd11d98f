package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.gateway.RawHttp2Client.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 requests meet the rules of HTTP/1.1, and one connection can't exhaust the node's memory or time. */
class GatewayHostileHttp2Spec {

  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> {
      if (exchange.request().target().startsWith("/slow")) {
        TimeUnit.SECONDS.sleep(3);
      }
      exchange.ok("got " + exchange.request().body());
    });
    gateway = GatewayFixture.with("""
        orderflow.gateway.services.s = ["%s"]
        orderflow.http.header-timeout = 1s
        orderflow.gateway.server-settings.akka.http.server.idle-timeout = 5s
        """.formatted(upstream.url("")), Optional.empty());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({"STEAL,/api/s/x,501", "GET,/a b,400", "GET,/api/s/%zz,400", "CONNECT,/api/s/x,405", "TRACE,/api/s/x,405", "GET,x,400", "'G T',/x,400"})
  void a_rejected_request_is_a_problem_and_the_connection_stays_usable(String method, String path, int status) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      for (int round = 0; round < 3; round++) {
        Answer refused = client.ask(method, path, "x-a", "1", "cookie", "a=b");
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.headers()).containsEntry("content-type", "application/problem+json");

        assertThat(client.ask("GET", "/api/s/good").body()).isEqualTo("got ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"X-Upper,1", "x-a,' 1'", "connection,close", "transfer-encoding,chunked", "te,gzip", ":unknown,1", "'x a',1",
      "content-length,4a", "content-length,5",
      "host,other.example", "content_length,4"})
  void a_malformed_header_rejects_only_its_request(String name, String value) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      assertThat(client.ask("GET", "/api/s/x", name, value).status()).isEqualTo(400);
      assertThat(client.ask("GET", "/api/s/good").status()).isEqualTo(200);
    }
  }

  @Test
  void control_characters_in_a_value_are_rejected() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      for (String value : new String[] {"a\rb", "a\nb", "a\0b", "a\u001bb", "a\u007fb"}) {
        assertThat(client.ask("GET", "/api/s/x", "x-a", value).status()).isEqualTo(400);
      }
    }
  }

  @Test
  void the_path_and_the_octets_of_headers_reach_the_service_unchanged() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      for (String path : new String[] {"/a%3Bb%2Fc%26d?x=%00&y=1+2", "/%FF", "/~%7E;v=1,2"}) {
        assertThat(client.ask("GET", "/api/s" + path, "x-a", "\u00e6\u0097\u00a5", "content-type", "image").status()).isEqualTo(200);
        assertThat(upstream.last().target()).isEqualTo(path);
        assertThat(upstream.last().header("x-a")).hasValue("\u00e6\u0097\u00a5");
        assertThat(upstream.last().header("X-Forwarded-Host")).hasValue("127.0.0.1");
      }
    }
  }

  @Test
  void a_media_type_reaches_the_service_unchanged() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      int stream = client.begin(0, "POST", "/api/s/x", "content-type", "text/xml; subtype=gml/3.1.1");
      client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, stream, "x".getBytes());
      assertThat(client.answer(stream).body()).isEqualTo("got x");
    }
    assertThat(upstream.last().all("Content-Type")).containsExactly("text/xml; subtype=gml/3.1.1");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6, 50})
  void a_body_that_differs_from_its_length_never_reaches_a_service_complete(int length) throws Exception {
    int before = upstream.requests.size();
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      int stream = client.begin(0, "POST", "/api/s/lying", "content-length", Integer.toString(length));
      client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, stream, "abcde".getBytes());
      assertThat(client.ends()).isTrue();
      assertThat(client.goAway).isPositive();
    }
    assertThat(upstream.requests.subList(before, upstream.requests.size())).extracting(RawMessage::target).doesNotContain("/lying");
  }

  @Test
  void a_header_block_without_end_ends_the_connection() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.frame(RawHttp2Client.HEADERS, 0, 1, RawHttp2Client.block(":method", "GET"));
      sendsUntilRefused(client, RawHttp2Client.CONTINUATION, 1, new byte[16_000]);
      assertThat(client.ends()).isTrue();
    }
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.frame(RawHttp2Client.HEADERS, 0, 1, new byte[0]);
      sendsUntilRefused(client, RawHttp2Client.CONTINUATION, 1, new byte[0]);
      assertThat(client.ends()).isTrue();
    }
    still_serves();
  }

  @Test
  void a_small_block_that_decodes_to_a_large_one_is_rejected() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      // One field of 4 kB is stored in the table, then referenced 10,000 times by one byte each.
      ByteArrayOutputStream bomb = new ByteArrayOutputStream();
      bomb.writeBytes(RawHttp2Client.block(":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/api/s/x"));
      byte[] field = RawHttp2Client.block("x-a", "y".repeat(3_900));
      field[0] = 0x40;
      bomb.writeBytes(field);
      for (int i = 0; i < 10_000; i++) {
        bomb.write(0x80 | 62);
      }
      client.frame(RawHttp2Client.HEADERS, RawHttp2Client.END_HEADERS | RawHttp2Client.END_STREAM, 1, bomb.toByteArray());
      assertThat(client.answer(1).status()).isEqualTo(431);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {RawHttp2Client.PING, RawHttp2Client.SETTINGS, 2, 3, 99})
  void a_flood_of_control_frames_ends_the_connection(int type) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.ask("GET", "/api/s/x");
      byte[] payload = new byte[type == RawHttp2Client.PING ? 8 : type == 3 ? 4 : type == 2 ? 5 : 0];
      int stream = type == RawHttp2Client.PING || type == RawHttp2Client.SETTINGS ? 0 : 1;
      sendsUntilRefused(client, type, stream, payload);
      assertThat(client.ends()).isTrue();
    }
    still_serves();
  }

  @Test
  void a_client_that_floods_is_told_so() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.ask("GET", "/api/s/x");
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 420; i++) {
        pings.writeBytes(new byte[] {0, 0, 8, RawHttp2Client.PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
      }
      client.raw(pings.toByteArray());
      assertThat(client.ends()).isTrue();
      assertThat(client.goAway).as("ENHANCE_YOUR_CALM").isEqualTo(0xb);
    }
  }

  /** Frames that make a server give up a stream that the client may still begin again: MadeYouReset, CVE-2025-8671. */
  enum Provocation {
    DATA_AFTER_THE_END(RawHttp2Client.DATA, 0, new byte[] {1}),
    HEADERS_AFTER_THE_END(RawHttp2Client.HEADERS, RawHttp2Client.END_HEADERS, RawHttp2Client.block("a", "b")),
    TRAILERS_AFTER_THE_END(RawHttp2Client.HEADERS, RawHttp2Client.END_HEADERS | RawHttp2Client.END_STREAM, RawHttp2Client.block("a", "b")),
    NO_INCREMENT(RawHttp2Client.WINDOW_UPDATE, 0, new byte[4]),
    A_SHORT_INCREMENT(RawHttp2Client.WINDOW_UPDATE, 0, new byte[3]),
    TOO_LARGE_A_WINDOW(RawHttp2Client.WINDOW_UPDATE, 0, new byte[] {0x7f, -1, -1, -1}),
    A_SHORT_RESET(RawHttp2Client.RST_STREAM, 0, new byte[3]);

    private final int type;
    private final int flags;
    private final byte[] payload;

    Provocation(int type, int flags, byte[] payload) {
      this.type = type;
      this.flags = flags;
      this.payload = payload;
    }
  }

  private static long requests(String target) {
    return upstream.requests.stream().filter(request -> request.target().equals(target)).count();
  }

  @ParameterizedTest
  @EnumSource(Provocation.class)
  void a_client_can_not_make_the_server_give_up_streams_and_go_on(Provocation provocation) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.ask("GET", "/api/s/x");
      int stream = client.request("GET", "/api/s/slow");
      for (int i = 0; i < 2; i++) {
        client.frame(provocation.type, provocation.flags, stream, provocation.payload);
      }
      assertThat(client.ends()).isTrue();
      assertThat(client.goAway).isPositive();
    }
    String target = "/slow-" + provocation;
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      for (int sent = 0; sent < 300; sent++) {
        int stream = client.request("GET", "/api/s" + target);
        client.frame(provocation.type, provocation.flags, stream, provocation.payload);
        client.frame(provocation.type, provocation.flags, stream, provocation.payload);
      }
      assertThat(client.ends()).isTrue();
    } catch (IOException closed) {
      // Expected.
    }
    assertThat(requests(target)).isLessThan(100);
    still_serves();
  }

  @Test
  void streams_with_more_data_than_their_window_end_the_connection() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      for (int sent = 0; sent < 300; sent++) {
        int stream = client.begin(0, "POST", "/api/s/flood");
        for (int i = 0; i < 20; i++) {
          client.frame(RawHttp2Client.DATA, 0, stream, new byte[16_384]);
        }
      }
      assertThat(client.ends()).isTrue();
    } catch (IOException closed) {
      // Expected.
    }
    still_serves();
  }

  @Test
  void a_flood_of_empty_data_ends_the_connection() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      int stream = client.begin(0, "POST", "/api/s/x");
      sendsUntilRefused(client, RawHttp2Client.DATA, stream, new byte[0]);
      assertThat(client.ends()).isTrue();
    }
  }

  @Test
  void a_frame_or_a_header_block_that_does_not_end_in_time_ends_the_connection() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.raw(new byte[] {0, 0, 8});
      assertThat(client.ends()).isTrue();
    }
    try (RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      client.frame(RawHttp2Client.HEADERS, 0, 1, RawHttp2Client.block(":method", "GET"));
      assertThat(client.ends()).isTrue();
    }
  }

  private static void still_serves() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/s/x").status()).isEqualTo(200);
  }

  /** Sends a flood; ignores that the gateway closes the connection. */
  private static void sendsUntilRefused(RawHttp2Client client, int type, int stream, byte[] payload) {
    try {
      for (int sent = 0; sent < 20_000; sent++) {
        client.frame(type, 0, stream, payload);
      }
    } catch (IOException closed) {
      // Expected.
    }
  }
}
