package io.orderflow.security;

import com.typesafe.config.Config;
import io.orderflow.kernel.StartRefused;
import io.orderflow.kernel.WatchedFiles;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a node authenticates, read from {@code orderflow.security}.
 *
 * @param isOpen whether everybody may do everything, without a token
 * @param loopbackOnly whether the node is open because nothing but this machine reaches it; then a web page must not reach it either
 * @param issuer the required {@code iss}
 * @param audience the required {@code aud}
 * @param jwks the URL or the file of the issuer's keys
 * @param refresh how often the keys are read; a file is read as often as other files that may change, whatever is set
 * @param outage how old they may become while they can't be read
 */
public record SecuritySettings(boolean isOpen, boolean loopbackOnly, String issuer, String audience, String jwks, Duration refresh,
    Duration outage) {

  private static final Pattern URL = Pattern.compile("https?://.*");
  private static final List<String> MODES = List.of("auto", "jwt", "off");

  /**
   * Reads the settings of a node.
   *
   * @param config the whole configuration
   * @throws StartRefused if the node would be open to other machines without having been told so, or can't verify tokens
   */
  public static SecuritySettings of(Config config) {
    Config security = config.getConfig("orderflow.security");
    String mode = security.getString("mode");
    String issuer = security.getString("issuer");
    boolean loopback = bindsToLoopback(config);
    boolean openOnLoopback = isOpenOnLoopback(config);
    if (!MODES.contains(mode)) {
      throw new StartRefused("ORDERFLOW_SECURITY_MODE must be one of " + String.join(", ", MODES) + ".");
    }
    boolean open = mode.equals("off") || openOnLoopback;
    if (mode.equals("auto") && issuer.isEmpty() && !loopback) {
      throw new StartRefused("Orderflow does not start without authentication on an address that other machines reach: set ORDERFLOW_AUTH_ISSUER and"
          + " ORDERFLOW_AUTH_JWKS to the issuer of your access tokens, or set ORDERFLOW_SECURITY_MODE=off to let everybody in.");
    }
    String jwks = security.getString("jwks");
    SecuritySettings settings = new SecuritySettings(open, openOnLoopback, issuer, security.getString("audience"), jwks,
        isUrl(jwks) ? security.getDuration("jwks-refresh") : WatchedFiles.INTERVAL, security.getDuration("jwks-outage"));
    if (!open) {
      settings.requireIssuer(loopback);
    }
    return settings;
  }

  /** Whether everybody may do everything because nothing but this machine reaches the node. A web page must not reach it either. */
  public static boolean isOpenOnLoopback(Config config) {
    Config security = config.getConfig("orderflow.security");
    return security.getString("mode").equals("auto") && security.getString("issuer").isEmpty()
        && bindsToLoopback(config);
  }

  private static boolean bindsToLoopback(Config config) {
    return isLoopback(config.getString("orderflow.bind")) && isLoopback(config.getString("orderflow.ops.bind"));
  }

  private void requireIssuer(boolean loopback) {
    if (issuer.isEmpty() || audience.isEmpty() || jwks.isEmpty()) {
      throw new StartRefused("ORDERFLOW_SECURITY_MODE=jwt needs ORDERFLOW_AUTH_ISSUER, ORDERFLOW_AUTH_AUDIENCE and ORDERFLOW_AUTH_JWKS; set them, or set"
          + " ORDERFLOW_SECURITY_MODE=off to let everybody in.");
    }
    if (isLocalUrl(issuer) && !loopback) {
      throw new StartRefused("The issuer " + issuer + " is for trying on one machine, and this node binds to an address that other machines reach: set"
          + " ORDERFLOW_AUTH_ISSUER to a real issuer, or ORDERFLOW_BIND=127.0.0.1.");
    }
    if (isUrl() ? jwks.startsWith("http:") && !isLocalUrl(jwks) : !Files.isReadable(Path.of(jwks))) {
      throw new StartRefused("ORDERFLOW_AUTH_JWKS must be an https URL, an http URL on this machine or a readable file, and " + jwks + " is none.");
    }
    if (refresh.isNegative() || refresh.isZero() || outage.compareTo(refresh) < 0) {
      throw new StartRefused("ORDERFLOW_AUTH_JWKS_REFRESH must be above zero, and ORDERFLOW_AUTH_JWKS_OUTAGE at least as long.");
    }
  }

  /** Whether the keys are read from a URL, not from a file. */
  boolean isUrl() {
    return isUrl(jwks);
  }

  private static boolean isUrl(String jwks) {
    return URL.matcher(jwks).matches();
  }

  /** Whether only programs on this machine serve the URL. */
  public static boolean isLocalUrl(String url) {
    try {
      String host = URI.create(url).getHost();
      return host != null && (host.equals("localhost") || host.endsWith(".localhost") || host.matches("127(\\.[0-9]{1,3}){3}|\\[::1]"));
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /** Whether only programs on this machine reach the address. */
  public static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
