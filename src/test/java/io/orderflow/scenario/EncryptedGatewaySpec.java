package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestAuthority;
import io.orderflow.testkit.TestNode;
import io.orderflow.testkit.TlsClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that calls the services of another node over HTTPS, in a cluster whose nodes have certificates. */
class EncryptedGatewaySpec {

  @TempDir
  private Path folder;
  private final int remoting = TestNode.freePorts().get("orderflow.remoting.port");
  private TestAuthority authority;
  private TestNode services;

  @BeforeEach
  void start() {
    authority = new TestAuthority(folder, "authority");
    services = TestNode.start(folder.resolve("services"), with("services", "orderflow.remoting.port", remoting,
        authority.issue("dns:orderflow-nodes"), authority, "orderflow-nodes"));
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void services_are_known_by_the_name_of_all_nodes() {
    try (TestNode gateway = gateway(authority, "orderflow-nodes")) {
      TlsClient client = new TlsClient(authority);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> client.get(gateway.port("gateway"), "/api/products").statusCode() == 200);
    }
  }

  @Test
  void services_with_a_certificate_for_another_name_or_of_another_authority_are_not_asked() {
    TestAuthority stranger = new TestAuthority(folder, "stranger");
    try (TestNode wrongName = gateway(authority, "others"); TestNode wrongAuthority = gateway(stranger, "orderflow-nodes")) {
      TlsClient client = new TlsClient(authority);
      TlsClient strangers = new TlsClient(stranger);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> client.get(wrongName.port("management"), "/ready").statusCode() == 200);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> strangers.get(wrongAuthority.port("management"), "/ready").statusCode() == 200);
      assertThat(statusInTime(client, wrongName)).isIn(502, 503);
      assertThat(statusInTime(strangers, wrongAuthority)).isIn(502, 503);
    }
  }

  /** The status of the first answer that is not 504: on a busy machine a try may still be under way at the end of the gateway's time limit. */
  private static int statusInTime(TlsClient client, TestNode gateway) {
    return Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> client.get(gateway.port("gateway"), "/api/products").statusCode(), status -> status != 504);
  }

  private TestNode gateway(TestAuthority trusted, String nodeName) {
    return TestNode.start(folder.resolve("gateway"), with("gateway", "orderflow.seed-nodes", "127.0.0.1:" + remoting,
        trusted.issue("dns:localhost"), trusted, nodeName));
  }

  /** All are in one cluster, with certificates between them. */
  private Config with(String roles, String setting, Object value, TestAuthority.Pair pair, TestAuthority trusted, String nodeName) {
    Map<String, Object> settings = new HashMap<>(Map.of("orderflow.roles", roles, setting, value));
    settings.putAll(Map.of("orderflow.tls.certificate", pair.certificate().toString(), "orderflow.tls.key", pair.key().toString(),
        "orderflow.tls.ca", trusted.certificate().toString(), "orderflow.tls.node-name", nodeName));
    TestAuthority.Pair between = authority.issue("dns:orderflow-nodes");
    settings.putAll(Map.of("orderflow.remoting.tls.certificate", between.certificate().toString(),
        "orderflow.remoting.tls.key", between.key().toString(), "orderflow.remoting.tls.ca", authority.certificate().toString()));
    return ConfigFactory.parseMap(settings);
  }
}
