package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The headers and bodies that are forwarded, in both directions. */
class GatewayForwardingSpec {

  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> {
      if (exchange.request().target().startsWith("/chatty")) {
        exchange.send("HTTP/1.1 418 Short And Stout\r\nConnection: X-Private, keep-alive\r\nKeep-Alive: timeout=5\r\nX-Private: a\r\n"
            + "Proxy-Authenticate: Basic\r\nSet-Cookie: a=1; Path=/; SameSite=Weird\r\nSet-Cookie: b=\"2\"\r\nServer: kettle/1.0\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Encoding: x-none\r\nETag: W/\"5\"\r\nContent-Length: 2\r\n\r\nhi");
      } else {
        exchange.ok("got " + exchange.request().body());
      }
    });
    gateway = GatewayFixture.before("echo", upstream.url(""));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void credentials_cookies_and_content_headers_are_forwarded_unchanged() throws Exception {
    RawClient.get(gateway.port, "/api/echo/h", "Authorization: Bearer a.b.c", "Cookie: a=b c; d=\"e\"; f", "Accept: text/*;q=0.30, x/y",
        "User-Agent: Mozilla/5.0 (X; (nested) y)", "X-Repeated: 1", "X-Repeated: 2", "If-None-Match: W/\"5\"", "Referer: ::not a uri::");

    RawMessage seen = upstream.last();
    assertThat(seen.header("Authorization")).hasValue("Bearer a.b.c");
    assertThat(seen.header("Cookie")).hasValue("a=b c; d=\"e\"; f");
    assertThat(seen.header("Accept")).hasValue("text/*;q=0.30, x/y");
    assertThat(seen.header("User-Agent")).hasValue("Mozilla/5.0 (X; (nested) y)");
    assertThat(seen.all("X-Repeated")).containsExactly("1", "2");
    assertThat(seen.header("If-None-Match")).hasValue("W/\"5\"");
    assertThat(seen.header("Referer")).hasValue("::not a uri::");
  }

  @Test
  void credentials_are_withheld_from_services_marked_so() throws Exception {
    try (GatewayFixture withholding = GatewayFixture.with("orderflow.gateway.services.echo { instances = [\"" + upstream.url("")
        + "\"], forward-authorization = false }", Optional.empty())) {
      RawClient.get(withholding.port, "/api/echo/h", "Authorization: Bearer a.b.c", "Cookie: a=b");
    }

    assertThat(upstream.last().header("Authorization")).isEmpty();
    assertThat(upstream.last().header("Cookie")).hasValue("a=b");
  }

  @Test
  void only_the_client_address_and_the_request_id_are_added() throws Exception {
    RawClient.get(gateway.port, "/api/echo/h", "User-Agent: curl");

    assertThat(upstream.last().headers()).extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactlyInAnyOrder("Host", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id", "Via");
  }

  @Test
  void the_service_gets_the_client_address_and_the_requested_host() throws Exception {
    RawClient.get(gateway.port, "/api/echo/h");

    RawMessage seen = upstream.last();
    assertThat(seen.header("X-Forwarded-For")).hasValue("127.0.0.1");
    assertThat(seen.header("X-Forwarded-Proto")).hasValue("http");
    assertThat(seen.header("X-Forwarded-Host")).hasValue("shop.example");
    assertThat(seen.header("Host")).hasValue("127.0.0.1:" + upstream.port());
  }

  @Test
  void identity_headers_of_a_client_are_dropped() throws Exception {
    RawClient.get(gateway.port, "/api/echo/h", "X-Forwarded-For: 10.1.1.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
        "Forwarded: for=10.1.1.1", "Raw-Request-URI: /elsewhere", "Remote-Address: 10.1.1.1", "Timeout-Access: x");

    RawMessage seen = upstream.last();
    assertThat(seen.target()).isEqualTo("/h");
    assertThat(seen.all("X-Forwarded-For")).containsExactly("127.0.0.1");
    assertThat(seen.all("X-Forwarded-Host")).containsExactly("shop.example");
    assertThat(seen.all("X-Forwarded-Proto")).containsExactly("http");
    assertThat(seen.all("Forwarded")).isEmpty();
    assertThat(seen.all("Raw-Request-URI")).isEmpty();
    assertThat(seen.all("Remote-Address")).isEmpty();
    assertThat(seen.all("Timeout-Access")).isEmpty();
  }

  @Test
  void hop_by_hop_headers_of_a_request_are_not_forwarded() throws Exception {
    RawClient.get(gateway.port, "/api/echo/h", "Connection: x-secret , keep-alive", "X-Secret: 1", "Keep-Alive: timeout=9", "TE: trailers",
        "Proxy-Authorization: Basic x", "Proxy-Connection: keep-alive", "Upgrade: foo/2", "Trailer: X-T");

    RawMessage seen = upstream.last();
    for (String name : new String[] {"Connection", "X-Secret", "Keep-Alive", "TE", "Proxy-Authorization", "Proxy-Connection", "Upgrade",
        "Trailer"}) {
      assertThat(seen.all(name)).as(name).isEmpty();
    }
  }

  @Test
  void a_response_is_forwarded_without_its_hop_by_hop_headers() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/echo/chatty");

    assertThat(answer.status()).isEqualTo(418);
    assertThat(answer.all("Set-Cookie")).containsExactly("a=1; Path=/; SameSite=Weird", "b=\"2\"");
    assertThat(answer.header("Server")).hasValue("kettle/1.0");
    assertThat(answer.header("Content-Encoding")).hasValue("x-none");
    assertThat(answer.header("ETag")).hasValue("W/\"5\"");
    assertThat(answer.header("Content-Type").orElseThrow()).isEqualToIgnoringCase("text/plain; charset=utf-8");
    assertThat(answer.body()).isEqualTo("hi");
    assertThat(answer.all("Keep-Alive")).isEmpty();
    assertThat(answer.all("X-Private")).isEmpty();
    assertThat(answer.all("Proxy-Authenticate")).isEmpty();
  }

  @Test
  void a_request_id_of_the_client_is_forwarded_and_returned() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/echo/h", "X-Request-Id: order/17:a");

    assertThat(upstream.last().all("X-Request-Id")).containsExactly("order/17:a");
    assertThat(answer.all("X-Request-Id")).containsExactly("order/17:a");
  }

  @Test
  void a_request_with_no_or_a_malformed_id_gets_a_new_one() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/echo/h", "X-Request-Id: two words");

    assertThat(upstream.last().header("X-Request-Id")).isEqualTo(answer.header("X-Request-Id"));
    assertThat(answer.header("X-Request-Id").orElseThrow()).hasSize(36);
  }

  @Test
  void a_body_is_forwarded_with_its_media_type() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      RawMessage answer = client.send("POST /api/echo/b HTTP/1.1\r\nHost: h\r\nContent-Type: application/vnd.x+json; v=2\r\n"
          + "Content-Length: 5\r\n\r\nhello").answer();

      assertThat(answer.body()).isEqualTo("got hello");
    }
    assertThat(upstream.last().header("Content-Type")).hasValue("application/vnd.x+json; v=2");
    assertThat(upstream.last().header("Content-Length")).hasValue("5");
  }

  @Test
  void a_chunked_body_is_forwarded() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      RawMessage answer = client.send("PUT /api/echo/b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n").answer();

      assertThat(answer.body()).isEqualTo("got abcdefg");
    }
  }

  @org.junit.jupiter.params.ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"X_Forwarded_For", "X-Forwarded_For", "x_forwarded-proto", "X-Real-IP",
      "X_Real_IP", "X-Forwarded-Port",
      "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-Anything", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP", "X-Client-IP",
      "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X_Request_Id"})
  void an_untrusted_client_can_not_set_identity_headers(String name) throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/echo/x", name + ": 6.6.6.6").status()).isEqualTo(200);

    assertThat(upstream.last().headers()).noneMatch(header -> header.contains("6.6.6.6"));
  }
}
