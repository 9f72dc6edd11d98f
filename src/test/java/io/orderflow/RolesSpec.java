package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a node carries the simulator of the payment provider, and where it does not start without a provider. */
class RolesSpec {

  private static final String OPEN_TO_OTHERS = "bind = \"0.0.0.0\", host = \"node\", security.mode = off\n";

  private static Config config(String orderflow) {
    return Configuration.over(ConfigFactory.parseString("orderflow {\n" + orderflow + "\n}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
  void on_loopback_a_node_carries_the_simulator(String bind) {
    Config config = config("bind = \"" + bind + "\"");
    assertThat(Roles.of(config)).containsExactly("services", "gateway", "simulator");
  }

  @Test
  void elsewhere_a_node_carries_no_simulator_unless_it_is_named() {
    String provider = "payment.url = \"https://provider.example\"\n";
    assertThat(Roles.of(config(OPEN_TO_OTHERS + provider))).containsExactly("services", "gateway");
    assertThat(Roles.of(config(OPEN_TO_OTHERS + provider + "roles = \"services,simulator\""))).containsExactly("services", "simulator");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "services", "services,gateway,simulator"})
  void elsewhere_a_node_with_services_does_not_start_without_a_provider(String roles, @TempDir Path folder) {
    Path data = folder.resolve("data");
    Config config = config(OPEN_TO_OTHERS + "roles = \"" + roles + "\", data-dir = \"" + data + "\"");
    assertThatThrownBy(() -> Node.start(config)).isInstanceOf(StartRefused.class).hasMessageContaining("ORDERFLOW_PAYMENT_URL")
        .message().endsWith(".").doesNotContain("\n");
    assertThat(data).doesNotExist();
  }

  @Test
  void a_gateway_needs_no_provider() {
    assertThat(Roles.of(config(OPEN_TO_OTHERS + "roles = gateway"))).containsExactly("gateway");
  }
}
