package io.orderflow;

import com.typesafe.config.Config;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import io.orderflow.security.SecuritySettings;
import java.util.List;

/** The parts that a node carries. */
final class Roles {

  static final String SERVICES = "services";
  static final String GATEWAY = "gateway";
  static final String SIMULATOR = "simulator";

  private Roles() {}

  /**
   * Reads {@code orderflow.roles}. The simulator is a default on loopback alone.
   *
   * @param config the whole configuration
   * @throws StartRefused if the node would charge the simulator instead of a payment provider without having been told so
   */
  static List<String> of(Config config) {
    boolean loopback = SecuritySettings.isLoopback(config.getString("orderflow.bind"));
    List<String> named = Configuration.list(config.getString("orderflow.roles"));
    List<String> roles = !named.isEmpty() ? named : loopback ? List.of(SERVICES, GATEWAY, SIMULATOR) : List.of(SERVICES, GATEWAY);
    if (roles.contains(SERVICES) && !loopback && config.getString("orderflow.payment.url").isEmpty()) {
      throw new StartRefused("Orderflow does not start without a payment provider on an address that other machines reach: set"
          + " ORDERFLOW_PAYMENT_URL to the provider, or, to try things out, to a simulator of it.");
    }
    return roles;
  }
}
