package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Configuration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ports behind the gateway have the same door: what comes straight to them is held to the same rules. */
class ServicesDoorSpec {

  private static ActorTestKit kit;
  private static int port;

  private static final class Echo extends Routes {
    private Route routes() {
      return concat(
          path("text", () -> complete(HttpResponse.create().withEntity(ContentTypes.TEXT_PLAIN_UTF8, "hello"))),
          path("json", () -> post(() -> body(fields -> fields.toString(), read -> complete("read")))));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    kit = ActorTestKit.create("door", Configuration.over(ConfigFactory.parseString("""
        akka.actor.provider = local
        orderflow.http.header-timeout = 1s
        """)));
    port = HttpServer.bind(kit.system(), "echo", "127.0.0.1", 0, new Echo().routes()).toCompletableFuture().get(20, TimeUnit.SECONDS)
        .localAddress().getPort();
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /json HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551620\r\n\r\n{}  ",
      "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /json HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /text HTTP/1.1\r\nHost: h\r\nX: a\0\r\n\r\n"})
  void a_malformed_request_is_a_problem_and_the_last_of_its_connection(String request) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      RawMessage answer = client.send(request).answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({"STEAL,/text,501", "GET,/a b,400", "GET,/nowhere,404", "TRACE,/text,405"})
  void a_refused_request_of_http2_is_a_problem_and_the_next_one_is_served(String method, String path, int status) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      RawHttp2Client.Answer refused = client.ask(method, path, "x-a", "b");
      assertThat(refused.status()).isEqualTo(status);
      assertThat(refused.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(client.ask("GET", "/text").body()).isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"content-type", "authorization", "idempotency-key", "origin", "sec-fetch-site", "host", "content-length"})
  void a_field_with_one_value_that_comes_twice_is_a_problem(String name) throws Exception {
    String value = name.equals("content-length") ? "2" : name.equals("content-type") ? "application/json" : "127.0.0.1";
    try (RawClient client = RawClient.to(port)) {
      String twice = (name + ": " + value + "\r\n").repeat(2);
      RawMessage answer = client.send("POST /json HTTP/1.1\r\n" + (name.equals("host") ? "" : "Host: h\r\n")
          + (name.equals("content-length") ? "" : "Content-Length: 2\r\n") + twice + "\r\n{}").answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
    }
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      RawHttp2Client.Answer answer = client.ask("GET", "/text", name, value, name, value);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(client.ask("GET", "/text").body()).isEqualTo("hello");
    }
  }

  @Test
  void headers_that_come_too_slowly_end_the_connection() throws Exception {
    try (RawClient client = RawClient.to(port)) {
      assertThat(client.send("GET /text HTTP/1.1\r\nHost:").answer().status()).isEqualTo(408);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/json;", "Application/JSON; charset=utf-8"})
  void json_is_read_as_its_media_type_says(String type) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      client.send("POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "image"})
  void another_media_type_is_not(String type) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      client.send("POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");
      assertThat(client.answer().status()).isEqualTo(415);
    }
  }
}
