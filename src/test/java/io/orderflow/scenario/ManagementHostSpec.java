package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No web page reads the management port by a name of its own that leads to this machine, as long as the port is open because of its address. */
class ManagementHostSpec {

  private static final String[] PATHS = {"/metrics", "/cluster/members", "/ready", "/alive"};

  private static int status(int port, String path, String host) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Integer.parseInt(answer.substring(9, 12));
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void at_loopback_foreign_names_are_refused(@TempDir Path data) {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.http.allowed-hosts = \"metrics.example\""))) {
      int port = node.port("management");
      for (String path : PATHS) {
        assertThat(status(port, path, "rebind.example:" + port)).as(path).isEqualTo(421);
        assertThat(status(port, path, "192.0.2.7")).as(path).isEqualTo(421);
        for (String host : new String[] {"localhost:" + port, "127.0.0.1:" + port, "metrics.example"}) {
          assertThat(status(port, path, host)).as(path + " at " + host).isEqualTo(200);
        }
      }
    }
  }

  @Test
  void at_an_address_that_others_reach_probes_and_scrapers_use_any_name(@TempDir Path data) {
    Config open = ConfigFactory.parseString("orderflow.security.mode = off, akka.management.http.bind-hostname = \"0.0.0.0\"");
    try (TestNode node = TestNode.start(data, open)) {
      assertThat(status(node.port("management"), "/alive", "pod-7.orderflow.svc.cluster.local")).isEqualTo(200);
      assertThat(status(node.port("management"), "/metrics", "pod-7.orderflow.svc.cluster.local")).isEqualTo(200);
    }
  }
}
