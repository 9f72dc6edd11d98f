package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Main;
import io.orderflow.kernel.Configuration;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that carries the services and one that is a gateway only, as Docker runs them. */
class SeparateGatewaySpec {

  private final int remoting = TestNode.freePorts().get("orderflow.remoting.port");

  @Test
  void a_gateway_of_its_own_finds_the_services_of_the_cluster(@TempDir Path folder) {
    try (TestNode services = TestNode.start(folder.resolve("services"), with("services", "orderflow.remoting.port", remoting));
        TestNode gateway = TestNode.start(folder.resolve("gateway"), with("gateway", "orderflow.seed-nodes", "127.0.0.1:" + remoting))) {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> gateway.shop().get("/ops/stats").status() == 200);
      gateway.shop().send("PUT", "/api/products/tea", "{\"name\":\"Tea\",\"price\":\"3.50\",\"currency\":\"EUR\"}").expect(201);
      assertThat(gateway.shop().get("/api/products/tea").expect(200).text("price")).isEqualTo("3.50");
      assertThat(services.management().get("/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void a_gateway_whose_services_have_all_been_restarted_is_not_ready_and_joins_them_by_itself(@TempDir Path folder) throws Exception {
    Config settings = with("services", "orderflow.remoting.port", remoting);
    Map<String, Integer> ports = TestNode.freePorts();
    Thread gateway = new Thread(() -> Main.run(Configuration.over(with("gateway", "orderflow.seed-nodes", "127.0.0.1:" + remoting)
        .withFallback(ConfigFactory.parseString("orderflow.gateway.rejoin-after = 1s")).withFallback(ConfigFactory.parseMap(ports)))));
    gateway.setDaemon(true);
    ShopClient shop = new ShopClient("http://127.0.0.1:" + ports.get("orderflow.gateway.port"),
        "http://127.0.0.1:" + ports.get("orderflow.ops.port"));
    ShopClient health = new ShopClient("http://127.0.0.1:" + ports.get("orderflow.management.port"));
    try (TestNode services = TestNode.start(folder.resolve("services"), settings)) {
      gateway.start();
      await(() -> health.get("/ready").status() == 200 && shop.get("/ops/stats").status() == 200);
    }
    // Nobody is left to join: it is not ready until somebody is.
    await(() -> {
      try {
        return health.get("/ready").status() != 200;
      } catch (java.io.UncheckedIOException startsAnew) {
        return true;
      }
    });
    try (TestNode services = TestNode.start(folder.resolve("services"), settings)) {
      await(() -> health.get("/ready").status() == 200 && shop.get("/ops/stats").status() == 200);
    }
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofMinutes(2)).ignoreException(java.io.UncheckedIOException.class).until(condition);
  }

  private static Config with(String roles, String setting, Object value) {
    return ConfigFactory.parseMap(Map.of("orderflow.roles", roles, setting, value));
  }
}
