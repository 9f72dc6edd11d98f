package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses to clients, and connections to services, when a service fails. */
class GatewayFailureSpec {

  private static final AtomicInteger FLAKY = new AtomicInteger();
  private static RawUpstream silent;
  private static RawUpstream odd;
  private static RawUpstream live;
  private static int refusing;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    silent = RawUpstream.answering(exchange -> {
      if (exchange.request().target().startsWith("/slow-end")) {
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
      }
      exchange.in().transferTo(java.io.OutputStream.nullOutputStream());
    });
    odd = RawUpstream.answering(exchange -> {
      switch (exchange.request().target()) {
        case "/reset" -> {
          exchange.socket().setSoLinger(true, 0);
          exchange.socket().close();
        }
        case "/close" -> exchange.socket().close();
        case "/garbage" -> exchange.send("hello, this is no HTTP\r\n\r\n");
        case "/cut" -> {
          exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
          exchange.socket().close();
        }
        case "/stack" -> exchange.send("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops");
        case "/flaky" -> {
          if (FLAKY.getAndIncrement() == 0) {
            exchange.socket().close();
          } else {
            exchange.ok("second time");
          }
        }
        default -> exchange.ok("fine");
      }
    });
    live = RawUpstream.answering(exchange -> exchange.ok("alive"));
    try (ServerSocket taken = new ServerSocket(0)) {
      refusing = taken.getLocalPort();
    }
    gateway = GatewayFixture.with("""
        orderflow.gateway.timeout = 500ms
        orderflow.gateway.services {
          silent = ["%s"], odd = ["%s"], refusing = ["http://127.0.0.1:%d"], half = ["http://127.0.0.1:%d", "%s"]
          unknown-host = ["http://no-such-host.invalid:80"]
        }
        """.formatted(silent.url(""), odd.url(""), refusing, refusing, live.url("")), java.util.Optional.empty());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    silent.close();
    odd.close();
    live.close();
  }

  @Test
  void a_service_that_does_not_answer_in_time_is_a_504_and_its_connection_is_closed() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/silent/x");

    assertProblem(answer, 504, "SERVICE_TIMEOUT");
    await().until(() -> silent.open.get() == 0);
  }

  @Test
  void a_client_that_disconnects_before_the_response_frees_the_service() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      int before = silent.requests.size();
      client.sendGet("/api/silent/x", "Prefer: wait=30");
      await().until(() -> silent.requests.size() > before);
    }
    await().until(() -> silent.open.get() == 0);
  }

  @Test
  void prefer_wait_extends_the_timeout() throws Exception {
    try (RawClient waiting = RawClient.to(gateway.port); RawClient other = RawClient.to(gateway.port)) {
      waiting.sendGet("/api/silent/x", "Prefer: wait=20");
      assertProblem(other.sendGet("/api/silent/x").answer(), 504, "SERVICE_TIMEOUT");
      assertThat(waiting.in.available()).isZero();
    }
  }

  @Test
  void a_response_that_has_begun_is_not_cut_by_the_timeout() throws Exception {
    try (RawClient reader = RawClient.to(gateway.port); RawClient other = RawClient.to(gateway.port)) {
      reader.sendGet("/api/silent/slow-end");
      assertThat(reader.answerHead().status()).isEqualTo(200);
      assertThat(reader.in.readNBytes(5)).asString().isEqualTo("first");
      assertProblem(other.sendGet("/api/silent/x").answer(), 504, "SERVICE_TIMEOUT");
      reader.socket.setSoTimeout(50);
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> reader.in.read()).isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void a_service_that_refuses_connections_is_a_503_that_does_not_reveal_its_address() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/refusing/x");

    assertProblem(answer, 503, "SERVICE_UNAVAILABLE");
    assertThat(answer.header("Retry-After")).isPresent();
    assertThat(answer.body()).doesNotContain("127.0.0.1").doesNotContain(Integer.toString(refusing)).doesNotContain("Exception");
  }

  @Test
  void a_service_with_an_unknown_host_is_a_503() throws Exception {
    assertProblem(RawClient.get(gateway.port, "/api/unknown-host/x"), 503, "SERVICE_UNAVAILABLE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/reset", "/close", "/garbage"})
  void a_service_that_closes_early_or_sends_an_invalid_response_is_a_502(String path) throws Exception {
    assertProblem(RawClient.get(gateway.port, "/api/odd" + path), 502, "SERVICE_UNAVAILABLE");
  }

  @Test
  void a_get_whose_connection_was_lost_is_retried_once_on_a_new_connection() throws Exception {
    FLAKY.set(0);

    assertThat(RawClient.get(gateway.port, "/api/odd/flaky").body()).isEqualTo("second time");
    assertThat(FLAKY).hasValue(2);
  }

  @Test
  void a_post_whose_connection_was_lost_is_never_retried() throws Exception {
    FLAKY.set(0);

    assertProblem(RawClient.ask(gateway.port, "POST /api/odd/flaky HTTP/1.1", "Host: h", "Content-Length: 0"), 502, "SERVICE_UNAVAILABLE");
    assertThat(FLAKY).hasValue(1);
  }

  @Test
  void a_get_is_sent_at_most_twice() throws Exception {
    int before = odd.requests.size();

    RawClient.get(gateway.port, "/api/odd/close");
    assertThat(odd.requests).hasSize(before + 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void an_instance_that_refuses_connections_is_avoided(String method) throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(RawClient.ask(gateway.port, method + " /api/half/x HTTP/1.1", "Host: h", "Content-Length: 0").body()).isEqualTo("alive");
    }
  }

  @Test
  void a_truncated_response_does_not_look_complete_to_the_client() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.sendGet("/api/odd/cut");
      org.assertj.core.api.Assertions.assertThatThrownBy(client::answer).isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void a_service_may_be_at_an_ipv6_address() throws Exception {
    try (RawUpstream six = RawUpstream.answeringAt("::1", exchange -> exchange.ok("six"));
        GatewayFixture before = GatewayFixture.before("six", "http://[::1]:" + six.port())) {
      assertThat(RawClient.get(before.port, "/api/six/x").body()).isEqualTo("six");
      assertThat(six.last().header("Host")).hasValue("[::1]:" + six.port());
    }
  }

  @Test
  void an_error_response_of_a_service_reaches_the_client() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/odd/stack");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("oops");
  }

  static void assertProblem(RawMessage answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.header("X-Request-Id")).isPresent();
    assertThat(answer.body()).contains("\"code\":\"" + code + "\"").contains("\"status\":" + status);
  }
}
