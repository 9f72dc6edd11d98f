package io.orderflow.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.StartRefused;
import io.orderflow.testkit.TestIssuer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may set the simulator's faults and read its ledger. */
class SimulatorAccessSpec {

  /** An issuer on this machine would not be believed. */
  private static final String ISSUER = "https://issuer.example";
  private static final Config BOUND_TO_ALL = ConfigFactory.parseString("orderflow { bind = \"0.0.0.0\", host = \"127.0.0.1\" }");
  private static final String OUTAGE = "{\"outage\":true}";

  @TempDir
  private Path folder;

  @Test
  void on_loopback_everybody_on_this_machine_may() {
    try (RunningSimulator simulator = RunningSimulator.in(folder)) {
      assertThat(simulator.send("PUT", "/faults", OUTAGE).status()).isEqualTo(200);
      assertThat(simulator.send("GET", "/faults", "").status()).isEqualTo(200);
      assertThat(simulator.send("GET", "/ledger", "").status()).isEqualTo(200);
    }
  }

  @Test
  void elsewhere_faults_and_ledger_are_the_operators() {
    try (TestIssuer issuer = new TestIssuer();
        RunningSimulator simulator = RunningSimulator.in(folder, ConfigFactory.parseMap(Map.of("orderflow.security.issuer", ISSUER))
            .withFallback(BOUND_TO_ALL).withFallback(issuer.settings()))) {
      String[] customer = {"Authorization", bearer(issuer, "orders:write")};
      String[] reader = {"Authorization", bearer(issuer, "ops:read")};
      String[] operator = {"Authorization", bearer(issuer, "ops:write")};
      for (String method : new String[] {"PUT", "GET"}) {
        assertThat(simulator.send(method, "/faults", OUTAGE).status()).isEqualTo(401);
        assertThat(simulator.send(method, "/faults", OUTAGE, customer).status()).isEqualTo(403);
        assertThat(simulator.send(method, "/faults", OUTAGE, reader).status()).isEqualTo(403);
      }
      assertThat(simulator.send("GET", "/faults", "", operator).body().get("outage").asBoolean()).isFalse();
      assertThat(simulator.send("PUT", "/faults", OUTAGE, operator).status()).isEqualTo(200);
      assertThat(simulator.send("GET", "/faults", "", operator).body().get("outage").asBoolean()).isTrue();
      assertThat(simulator.send("GET", "/ledger", "").status()).isEqualTo(401);
      assertThat(simulator.send("GET", "/ledger", "", reader).status()).isEqualTo(200);
      assertThat(simulator.send("GET", "/calls", "").status()).isEqualTo(200);
    }
  }

  private static String bearer(TestIssuer issuer, String scope) {
    return "Bearer " + issuer.signed(issuer.header().build(),
        issuer.claims("somebody", Instant.now().plusSeconds(600)).issuer(ISSUER).claim("scope", scope).build());
  }

  @Test
  void elsewhere_it_does_not_start_without_an_issuer() {
    assertThatThrownBy(() -> RunningSimulator.in(folder, BOUND_TO_ALL)).hasCauseInstanceOf(StartRefused.class)
        .hasMessageContainingAll("ORDERFLOW_AUTH_ISSUER", "ORDERFLOW_SECURITY_MODE=off");
    assertThat(folder).isEmptyDirectory();
  }
}
