package io.orderflow;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.tls.NodeTls;
import io.orderflow.kernel.StartRefused;
import java.util.List;
import java.util.Map;

/** Switches {@link NodeTls} on between the nodes of a cluster, if its files are set. */
final class RemotingTls {

  private static final String PATH = "akka.remote.artery.";

  private static final List<String> FILES = List.of("certificate", "key", "ca");

  private RemotingTls() {}

  /**
   * Derives Akka's settings from {@code orderflow.remoting.tls}. They are empty if it is off.
   *
   * @throws StartRefused if one of its files is not set or can't be used
   */
  static Config settings(Config config) {
    Config tls = config.getConfig("orderflow.remoting.tls");
    long set = FILES.stream().filter(file -> !tls.getString(file).isEmpty()).count();
    if (set == 0) {
      return ConfigFactory.empty();
    } else if (set < FILES.size()) {
      throw new StartRefused("ORDERFLOW_REMOTING_CERTIFICATE, ORDERFLOW_REMOTING_KEY and ORDERFLOW_REMOTING_CA must be set together.");
    }
    NodeTls.check(tls);
    return ConfigFactory.parseMap(Map.of(PATH + "transport", "tls-tcp", PATH + "ssl.ssl-engine-provider", NodeTls.class.getName()));
  }
}
