package io.orderflow.kernel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Loads a node's configuration from four layers. Environment variables override the operator's file, which overrides Orderflow's settings
 * for Akka, which override the defaults of {@code reference.conf}.
 */
public final class Configuration {

  private Configuration() {}

  /**
   * Loads the configuration. The operator's file is the file that the system property {@code config.file} names. Without the property it is
   * {@code application.conf} in the working directory, if it exists.
   *
   * @throws com.typesafe.config.ConfigException if a file can't be read or a value is missing or of the wrong type
   */
  public static Config load() {
    String named = System.getProperty("config.file");
    File file = new File(named == null ? "application.conf" : named);
    return over(named != null || file.isFile()
        ? ConfigFactory.parseFile(file, ConfigParseOptions.defaults().setAllowMissing(false))
        : ConfigFactory.empty());
  }

  /** Loads the configuration with these settings in place of the operator's file, for specs. */
  public static Config over(Config operator) {
    Config layers = ConfigFactory.defaultOverrides()
        .withFallback(ConfigFactory.parseResourcesAnySyntax("environment"))
        .withFallback(operator)
        .withFallback(ConfigFactory.parseResourcesAnySyntax("akka"))
        .withFallback(ConfigFactory.defaultReferenceUnresolved());
    Config node = layers.resolve().getConfig("orderflow");
    return node.getString("host").isEmpty()
        ? ConfigFactory.parseMap(Map.of("orderflow.host", reachableAt(node.getString("bind"), node.getString("discovery.service")))).withFallback(layers).resolve()
        : layers.resolve();
  }

  /** A machine in several networks is reached in that in which nodes look for each other. */
  private static String reachableAt(String bound, String discoveredAs) {
    try {
      return InetAddress.getByName(bound).isAnyLocalAddress()
          ? ownAddressAmong(discoveredAs).orElse(InetAddress.getLocalHost()).getHostAddress() : bound;
    } catch (UnknownHostException unknown) {
      throw new ConfigException.BadValue("orderflow.bind", "is not an address of this machine: " + bound, unknown);
    }
  }

  private static Optional<InetAddress> ownAddressAmong(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      for (InetAddress address : InetAddress.getAllByName(name)) {
        if (NetworkInterface.getByInetAddress(address) != null) {
          return Optional.of(address);
        }
      }
    } catch (UnknownHostException | SocketException notThere) {
      // The node has not that name, or not yet.
    }
    return Optional.empty();
  }

  /** Splits a comma-separated setting. Such a list fits into one environment variable. */
  public static List<String> list(String commaSeparated) {
    return Arrays.stream(commaSeparated.split(",")).map(String::trim).filter(item -> !item.isEmpty()).toList();
  }
}
