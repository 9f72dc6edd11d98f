package io.orderflow.console;

import com.typesafe.config.Config;
import io.orderflow.kernel.StartRefused;
import io.orderflow.security.SecuritySettings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How the console gets a token from the issuer: by an authorization code with PKCE (RFC 6749, RFC 7636). The page reads these settings; none of
 * them is a secret.
 *
 * @param issuer the issuer's identifier, with which it may mark its answer (RFC 9207)
 * @param clientId the console's id at the issuer, of a public client
 * @param authorizationEndpoint where a person signs in
 * @param tokenEndpoint where the page exchanges the code for a token
 * @param scope the scopes that are asked for, separated by spaces
 */
record SignInSettings(String issuer, String clientId, String authorizationEndpoint, String tokenEndpoint, String scope) {

  /**
   * Reads the settings. Empty if no client is named, or if the node asks nobody for a token.
   *
   * @param config the whole configuration
   * @throws StartRefused if an endpoint is missing, or if what is sent to it could be read on its way
   */
  static Optional<SignInSettings> of(Config config) {
    Config console = config.getConfig("orderflow.console");
    SecuritySettings security = SecuritySettings.of(config);
    SignInSettings settings = new SignInSettings(security.issuer(), console.getString("client-id"), console.getString("authorization-endpoint"),
        console.getString("token-endpoint"), console.getString("scope"));
    List<String> given = List.of(settings.clientId, settings.authorizationEndpoint, settings.tokenEndpoint);
    if (given.stream().allMatch(String::isEmpty) || security.isOpen()) {
      return Optional.empty();
    }
    if (given.stream().anyMatch(String::isEmpty)) {
      throw new StartRefused("The console's sign-in needs ORDERFLOW_CONSOLE_CLIENT_ID, ORDERFLOW_CONSOLE_AUTHORIZATION_ENDPOINT and"
          + " ORDERFLOW_CONSOLE_TOKEN_ENDPOINT; set all of them or none.");
    }
    requireSafe("ORDERFLOW_CONSOLE_AUTHORIZATION_ENDPOINT", settings.authorizationEndpoint);
    requireSafe("ORDERFLOW_CONSOLE_TOKEN_ENDPOINT", settings.tokenEndpoint);
    return Optional.of(settings);
  }

  /** The origin of the token endpoint, as a Content-Security-Policy names it. */
  String tokenOrigin() {
    URI endpoint = URI.create(tokenEndpoint);
    return endpoint.getScheme() + "://" + endpoint.getRawAuthority();
  }

  /** The origin becomes a part of a header, so nothing but a plain host and port may be in it. */
  private static void requireSafe(String variable, String endpoint) {
    if (!endpoint.matches("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*") || endpoint.contains("#")
        || endpoint.startsWith("http:") && !SecuritySettings.isLocalUrl(endpoint)) {
      throw new StartRefused(variable + " must be an https URL, or an http URL on this machine, without a fragment, and " + endpoint + " is none.");
    }
  }
}
