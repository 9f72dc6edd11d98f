package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
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

  private static Config with(String roles, String setting, Object value) {
    return ConfigFactory.parseMap(Map.of("orderflow.roles", roles, setting, value));
  }
}
