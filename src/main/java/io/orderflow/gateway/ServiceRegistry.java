package io.orderflow.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import io.orderflow.kernel.Configuration;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Finds services by the name in a request's path. Fixed when the gateway starts. */
final class ServiceRegistry {

  /** Names that need no escaping in a path. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~-]{0,63}");

  private final Map<String, Service> services;
  /** The services that don't get the client's {@code Authorization}. */
  private final Set<String> withoutAuthorization;

  private ServiceRegistry(Map<String, Service> services, Set<String> withoutAuthorization) {
    this.services = services;
    this.withoutAuthorization = withoutAuthorization;
  }

  /**
   * Reads {@code local-services}, {@code services} and {@code services-from-environment}. A configured service replaces a local service of the same
   * name.
   *
   * @param local serves the local services: those of this cluster
   * @param remote creates a service from its instances' addresses; its requests are held if {@code hold.services} names it
   * @throws ConfigException when a name or an address is invalid
   */
  static ServiceRegistry of(Config gateway, Service local, BiFunction<List<URI>, Boolean, Service> remote) {
    Map<String, List<URI>> addresses = new LinkedHashMap<>();
    Set<String> withoutAuthorization = new HashSet<>();
    Config configured = gateway.getConfig("services");
    for (String name : configured.root().keySet()) {
      String path = '"' + name + '"';
      boolean isList = configured.getValue(path).valueType() == ConfigValueType.LIST;
      if (!isList && !configured.getBoolean(path + ".forward-authorization")) {
        withoutAuthorization.add(name);
      }
      configured.getStringList(isList ? path : path + ".instances").forEach(uri -> add(addresses, "services", name, uri));
    }
    for (String entry : gateway.getString("services-from-environment").split(",")) {
      if (!entry.isBlank()) {
        String[] pair = entry.split("=", 2);
        add(addresses, "services-from-environment", pair[0].strip(), pair.length == 2 ? pair[1].strip() : "");
      }
    }
    Map<String, Service> services = new HashMap<>();
    gateway.getStringList("local-services").forEach(name -> services.put(name, local));
    Set<String> held = Set.copyOf(Configuration.list(gateway.getString("hold.services")));
    addresses.forEach((name, instances) -> services.put(name, remote.apply(List.copyOf(instances), held.contains(name))));
    return new ServiceRegistry(services, Set.copyOf(withoutAuthorization));
  }

  /** Reads {@code services-nodes}: the addresses of this cluster's service nodes, {@code host:port} each, with {@code https://} before it for nodes that speak HTTPS. */
  static List<URI> nodes(Config gateway) {
    List<URI> nodes = new ArrayList<>();
    for (String node : gateway.getString("services-nodes").split(",")) {
      if (!node.isBlank()) {
        nodes.add(address("services-nodes", node.contains("://") ? node.strip() : "http://" + node.strip()));
      }
    }
    return nodes;
  }

  Optional<Service> find(String name) {
    return Optional.ofNullable(services.get(name));
  }

  /** Whether the service gets the client's {@code Authorization}. */
  boolean forwardsAuthorization(String name) {
    return !withoutAuthorization.contains(name);
  }

  private static void add(Map<String, List<URI>> addresses, String setting, String name, String address) {
    if (!NAME.matcher(name).matches()) {
      throw new ConfigException.BadValue("orderflow.gateway." + setting, "\"" + name + "\" is not a valid service name");
    }
    addresses.computeIfAbsent(name, unknown -> new ArrayList<>()).add(address(setting, address));
  }

  private static URI address(String setting, String address) {
    try {
      URI uri = new URI(address);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getRawQuery() == null && uri.getRawFragment() == null && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException malformed) {
      // Reported below, with the setting's name.
    }
    throw new ConfigException.BadValue("orderflow.gateway." + setting, "\"" + address + "\" is not http://host:port/path");
  }
}
