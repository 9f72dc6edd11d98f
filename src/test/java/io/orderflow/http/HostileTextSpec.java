package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.server.Route;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.SafeText;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Problems repeat no text of a client unmasked. */
class HostileTextSpec {

  private static ActorTestKit kit;
  private static ShopClient client;

  private static final class Echo extends Routes {
    private Route routes() {
      return concat(
          path("json", () -> post(() -> body(fields -> fields.objects("items", 9).get(0).text("name", 9), read -> complete("read")))),
          path("list", () -> get(() -> Page.parameters(page -> complete("listed")))),
          path("keyed", () -> get(() -> extractRequest(request -> complete(idempotencyKey(request).orElse("none"))))),
          pathPrefix("one", () -> id("thingId", id -> complete(id))));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    kit = ActorTestKit.create("hostile", Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
    client = new ShopClient("http://127.0.0.1:" + HttpServer.bind(kit.system(), "echo", "127.0.0.1", 0, new Echo().routes())
        .toCompletableFuture().get(20, TimeUnit.SECONDS).localAddress().getPort());
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  /** Names of JSON fields, as they stand between quotes. */
  static Stream<String> names() {
    return Stream.of("\\ud800", "\\udc00\\ud800", "a\\ud83dz", "\\u0000", "\\u001b[2J", "\\r\\nHTTP/1.1 200 OK", "\\u0085", "\\u2028",
        "\\u202egpj", "\u202egpj",
        "\\u2066x", "\u200fx", "\u061c", "\\ufeff", "\\uffff", "x".repeat(20_000), "\\ud83d\\ude00".repeat(1000),
        "x".repeat(98) + "\ud83d\ude00\ud83d\ude00");
  }

  @ParameterizedTest
  @MethodSource("names")
  void names_of_fields_are_masked(String name) {
    expectFit(client.post("/json", "{'items':[{'name':'n','" + name + "':1}]}"), "UNKNOWN_FIELD");
    expectFit(client.post("/json", "{'items':[{'name':'n','" + name + "':1,'" + name + "':2}]}"), "DUPLICATE_FIELD");
    expectFit(client.post("/json", "{'items':[{'name':'n'}],'" + name + "':1}"), "UNKNOWN_FIELD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%00", "%ff", "%ED%A0%80", "%E2%80%AE", "%0d%0aX:1", "%1b"})
  void names_and_values_of_parameters_are_not_repeated(String text) {
    assertThat(client.get("/list?" + text + "=1").status()).isIn(200, 400);
    expectFit(client.get("/list?limit=" + text), "INVALID_FIELD");
    expectFit(client.get("/list?cursor=" + text), "INVALID_FIELD");
    expectFit(client.get("/one/" + text), "INVALID_FIELD");
  }

  @Test
  void long_values_are_not_repeated() {
    expectFit(client.get("/list?limit=" + "9".repeat(5_000)), "INVALID_FIELD");
    expectFit(client.get("/one/" + "x".repeat(5_000)), "INVALID_FIELD");
    expectFit(client.send("GET", "/keyed", null, "Idempotency-Key", "x".repeat(5_000)), "INVALID_FIELD");
    expectFit(client.send("GET", "/keyed", null, "Idempotency-Key", "a b"), "INVALID_FIELD");
  }

  private static void expectFit(Answer answer, String code) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.text("code")).isEqualTo(code);
    for (String part : new String[] {answer.text("detail"), answer.text("field")}) {
      assertThat(part).isNotBlank().hasSizeLessThan(200).isEqualTo(SafeText.masked(part));
    }
  }
}
