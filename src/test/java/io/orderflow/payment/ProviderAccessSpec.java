package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.StartRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over which wire, and with which credential, the payment provider is called. */
class ProviderAccessSpec {

  private static final String ISSUER = "security { issuer = \"https://issuer.example\", jwks = \"https://issuer.example/jwks\" }, ";

  @TempDir
  private Path folder;

  private static Config config(String orderflow) {
    return Configuration.over(ConfigFactory.parseString("orderflow { " + orderflow + " }"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://provider.example", "http://192.0.2.1:9090/pay", "http://localhost.example"})
  void an_open_wire_to_another_machine_refuses_the_start(String url) {
    Config settings = config(ISSUER + "data-dir = \"" + folder + "/data\", payment.url = \"" + url + "\"");
    assertThatThrownBy(() -> Node.start(settings)).isInstanceOf(StartRefused.class)
        .hasMessageContainingAll("ORDERFLOW_PAYMENT_URL", "https", "ORDERFLOW_SECURITY_MODE=off").message().endsWith(".").doesNotContain("\n");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://provider.example/pay", "http://localhost:9090", "http://127.0.0.1:9090", "http://[::1]:9090"})
  void an_encrypted_wire_and_this_machine_are_allowed(String url) {
    assertThat(ProviderAccess.url(config(ISSUER + "payment.url = \"" + url + "\""))).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
  void on_loopback_the_simulator_is_called(String bind) {
    String host = bind.equals("::1") ? "[::1]" : bind;
    assertThat(ProviderAccess.url(config("bind = \"" + bind + "\""))).isEqualTo("http://" + host + ":9090");
    assertThat(ProviderAccess.url(config("bind = \"" + bind + "\", tls.certificate = \"c.pem\""))).isEqualTo("https://" + host + ":9090");
  }

  @Test
  void a_node_without_any_protection_may_call_over_an_open_wire() {
    assertThat(ProviderAccess.url(config("security.mode = off, payment.url = \"http://simulator:9090\""))).isEqualTo("http://simulator:9090");
  }

  @Test
  void a_credential_that_is_not_there_refuses_the_start() {
    Config settings = config("data-dir = \"" + folder + "/data\", payment.authorization-file = \"" + folder + "/missing\"");
    assertThatThrownBy(() -> Node.start(settings)).isInstanceOf(StartRefused.class)
        .hasMessage("ORDERFLOW_PAYMENT_AUTHORIZATION_FILE can't be used: " + folder + "/missing does not exist.");
  }

  @Test
  void the_provider_gets_the_credential_of_the_file_and_the_new_one_after_a_change() throws IOException {
    HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext("/charges", call -> {
      byte[] answer = ("{\"status\":\"succeeded\",\"transactionId\":\"" + call.getRequestHeaders().getFirst("Authorization") + "\"}")
          .getBytes(StandardCharsets.UTF_8);
      call.getRequestBody().readAllBytes();
      call.getResponseHeaders().add("Content-Type", "application/json");
      call.sendResponseHeaders(200, answer.length);
      call.getResponseBody().write(answer);
      call.close();
    });
    provider.start();
    Path credential = Files.writeString(folder.resolve("credential"), "Bearer sk_first\n");
    ActorTestKit kit = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local")
        .withFallback(config("payment.authorization-file = \"" + credential + "\"")));
    try {
      PaymentProvider client = new PaymentProvider(kit.system(), kit.system().settings().config().getConfig("orderflow.payment"),
          "http://127.0.0.1:" + provider.getAddress().getPort());
      assertThat(authorizationSent(client)).isEqualTo("Bearer sk_first");
      Files.writeString(credential, "Bearer sk_second\n");
      Awaitility.await().until(() -> authorizationSent(client), "Bearer sk_second"::equals);
    } finally {
      kit.shutdownTestKit();
      provider.stop(0);
    }
  }

  private static String authorizationSent(PaymentProvider client) {
    return ((ChargeResult.Charged) client.charge(UUID.randomUUID().toString(), "o-1", new Money(100, "EUR"), "tok_visa")
        .toCompletableFuture().join()).transactionId();
  }
}
