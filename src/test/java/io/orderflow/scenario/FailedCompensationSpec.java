package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider that takes money and does not accept to give it back: what an operator sees and does. */
class FailedCompensationSpec {

  private volatile boolean refunds;

  @Test
  void is_listed_and_stops_no_other_and_an_operator_takes_it_up_again(@TempDir Path data) throws IOException {
    HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext("/charges", call -> answer(call, 200, "{\"transactionId\":\"tx-1\",\"status\":\"succeeded\"}"));
    provider.createContext("/refunds", call -> answer(call, refunds ? 200 : 422, "{\"status\":\"refunded\"}"));
    provider.start();
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("""
        orderflow.payment.url = "http://127.0.0.1:%d"
        orderflow.sagas.compensation-defaults { max-attempts = 3, max-backoff = 200ms }
        """.formatted(provider.getAddress().getPort())))) {
      ShopClient shop = node.shop();
      shop.stock("tea", 5);
      Answer order = shop.ended(order("tea", 1, card("tok_1"), "ZZ"));
      assertThat(order.text("reason")).isEqualTo("SHIPPING_UNAVAILABLE");
      assertThat(shop.get("/api/products/tea").text("available")).isEqualTo("5");
      String id = order.text("orderId");
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> listed(shop, "COMPENSATION_FAILED"), List.of(id)::equals);
      JsonNode saga = shop.get("/ops/sagas/" + id).expect(200).body();
      assertThat(StreamSupport.stream(saga.path("steps").spliterator(), false)
          .map(step -> step.path("name").asText() + " " + step.path("status").asText()))
          .contains("charge-payment COMPENSATION_FAILED", "reserve-inventory COMPENSATED", "create-order COMPENSATED");

      refunds = true;
      shop.post("/ops/sagas/" + id + "/retry", "").expect(202);
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> listed(shop, "COMPENSATED"), List.of(id)::equals);
      assertThat(listed(shop, "COMPENSATION_FAILED")).isEmpty();
      assertThat(shop.get("/api/payments/" + id).text("status")).isEqualTo("REFUNDED");
      shop.post("/ops/sagas/" + id + "/retry", "").expectProblem(409, "NOTHING_TO_RETRY", null);
    } finally {
      provider.stop(0);
    }
  }

  private static List<String> listed(ShopClient shop, String state) {
    JsonNode sagas = shop.get("/ops/sagas?state=" + state).expect(200).body().path("sagas");
    return StreamSupport.stream(sagas.spliterator(), false).map(saga -> saga.path("sagaId").asText()).toList();
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().add("Content-Type", "application/json");
    call.sendResponseHeaders(status, body.length());
    call.getResponseBody().write(body.getBytes(UTF_8));
    call.close();
  }
}
