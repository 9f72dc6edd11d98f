package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.security.SecuritySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prevents foreign web pages from using this node through their visitors' browsers. A page can make its own name resolve to this node's address (DNS
 * rebinding), so a request with an unknown {@code Host} is rejected. A page can also send simple requests to any address, so a state-changing request
 * from another site is rejected. Both show in headers that a page can't set. Clients other than browsers send no {@code Origin} and are not affected.
 */
public final class AllowedHosts {

  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.%]+]");
  private static final Pattern LOOPBACK = Pattern.compile("localhost|.*\\.localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");
  private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://([^/]+)");

  private final boolean any;
  private final boolean loopbackOnly;
  private final Set<String> names;
  private final List<String> suffixes = new ArrayList<>();
  /** The last that was trusted: the clients of a server name it alike. */
  private volatile String trusted = "localhost";

  /** A server's hosts: of loopback and those allowed alone if the node is open because nothing but this machine reaches it. */
  public static AllowedHosts of(Config config) {
    return new AllowedHosts(config.getConfig("orderflow"), SecuritySettings.isOpenOnLoopback(config));
  }

  /** The hosts of a port at loopback, whatever the other ports are bound to. */
  public static AllowedHosts ofLoopback(Config config) {
    return new AllowedHosts(config.getConfig("orderflow"), true);
  }

  /** Any host, and writes from any site. */
  public static AllowedHosts any() {
    return new AllowedHosts(ConfigFactory.parseMap(Map.of("host", "*", "http.allowed-hosts", "")), false);
  }

  /**
   * @param config {@code orderflow}: its {@code http.allowed-hosts}, and {@code host}, the name by which other nodes know this one
   * @param loopbackOnly whether addresses and names without a dot are refused too, unless they are of loopback
   */
  AllowedHosts(Config config, boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
    List<String> entries = new ArrayList<>();
    entries.add(config.getString("host"));
    entries.addAll(List.of(config.getString("http.allowed-hosts").split(",")));
    Set<String> exact = new java.util.HashSet<>();
    for (String entry : entries) {
      String name = entry.strip().toLowerCase(Locale.ROOT);
      if (name.startsWith("*.")) {
        suffixes.add(name.substring(1));
      } else {
        exact.add(name);
      }
    }
    this.any = exact.contains("*");
    this.names = Set.copyOf(exact);
  }

  /** The problem to reject the request with; empty if it is allowed. */
  public Optional<Problem> refuse(HttpRequest request) {
    if (any) {
      return Optional.empty();
    }
    Optional<String> host = header(request, "host").map(AllowedHosts::withoutPort);
    if (host.isPresent() && !isKnown(host.get())) {
      return Optional.of(Problem.of(421, "HOST_NOT_ALLOWED", "the name in Host is not allowed; see ORDERFLOW_ALLOWED_HOSTS"));
    }
    boolean crossSite = !READING.contains(request.method().value()) && isCrossSite(request, host.orElse(""));
    return crossSite ? Optional.of(Problem.of(403, "CROSS_SITE_REQUEST", "pages of other sites must not send requests that change state"))
        : Optional.empty();
  }

  /** Addresses can't be rebound, and public DNS gives no one a name without a dot. */
  private boolean isKnown(String host) {
    return host.isEmpty() || isTrusted(host)
        || !loopbackOnly && (host.indexOf('.') < 0 && !host.startsWith("[") || ADDRESS.matcher(host).matches());
  }

  private boolean isTrusted(String host) {
    if (host.equals(trusted)) {
      return true;
    }
    boolean isTrusted = LOOPBACK.matcher(host).matches() || names.contains(host) || suffixes.stream().anyMatch(host::endsWith);
    if (isTrusted) {
      trusted = host;
    }
    return isTrusted;
  }

  private boolean isCrossSite(HttpRequest request, String host) {
    Optional<String> origin = header(request, "origin");
    if (origin.isEmpty()) {
      return header(request, "sec-fetch-site").filter("cross-site"::equalsIgnoreCase).isPresent();
    }
    Matcher read = ORIGIN.matcher(origin.get().toLowerCase(Locale.ROOT));
    if (!read.matches()) {
      return true;
    }
    String from = withoutPort(read.group(1));
    return !from.equals(host) && !isTrusted(from);
  }

  /** The host in lower case, without the port and without the final dot of an absolute name. */
  private static String withoutPort(String authority) {
    int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    String host = (end > 0 ? authority.substring(0, end) : authority).toLowerCase(Locale.ROOT);
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  private static Optional<String> header(HttpRequest request, String name) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is(name)) {
        return Optional.of(header.value());
      }
    }
    return Optional.empty();
  }
}
