package io.orderflow.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the console offers to sign in at the issuer, and when a node does not start. */
class SignInSettingsSpec {

  private static final String TOKENS = "security { issuer = \"https://issuer.example\", jwks = \"https://issuer.example/jwks\" }\n";
  private static final String CLIENT = "console.client-id = console\n";
  private static final String AUTHORIZATION = "console.authorization-endpoint = \"https://issuer.example/authorize?audience=orderflow\"\n";

  private static Optional<SignInSettings> settings(String orderflow) {
    return SignInSettings.of(Configuration.over(ConfigFactory.parseString("orderflow {\n" + orderflow + "\n}")));
  }

  private static String tokenEndpoint(String url) {
    return "console.token-endpoint = \"" + url + "\"\n";
  }

  @Test
  void with_a_client_and_both_endpoints_people_sign_in_at_the_issuer() {
    SignInSettings settings = settings(TOKENS + CLIENT + AUTHORIZATION + tokenEndpoint("https://tokens.issuer.example:8443/oauth/token")).orElseThrow();
    assertThat(settings.issuer()).isEqualTo("https://issuer.example");
    assertThat(settings.scope()).isEqualTo("ops:read ops:write");
    assertThat(settings.tokenOrigin()).isEqualTo("https://tokens.issuer.example:8443");
  }

  @Test
  void without_a_client_or_where_nobody_is_asked_for_a_token_they_do_not() {
    assertThat(settings(TOKENS)).isEmpty();
    assertThat(settings(CLIENT + AUTHORIZATION + tokenEndpoint("https://issuer.example/token"))).isEmpty();
  }

  @Test
  void a_part_of_the_settings_is_refused() {
    assertThatThrownBy(() -> settings(TOKENS + CLIENT)).isInstanceOf(StartRefused.class)
        .hasMessageContainingAll("ORDERFLOW_CONSOLE_CLIENT_ID", "ORDERFLOW_CONSOLE_AUTHORIZATION_ENDPOINT", "ORDERFLOW_CONSOLE_TOKEN_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://issuer.example/token", "ftp://issuer.example/token", "https://issuer.example; script-src */token", "https://*/token",
      "https://issuer.example/token#part", "issuer.example/token", "https://user@issuer.example/token"})
  void an_endpoint_that_others_could_read_or_that_would_widen_the_policy_is_refused(String endpoint) {
    assertThatThrownBy(() -> settings(TOKENS + CLIENT + AUTHORIZATION + tokenEndpoint(endpoint))).isInstanceOf(StartRefused.class)
        .hasMessageContaining("ORDERFLOW_CONSOLE_TOKEN_ENDPOINT");
  }

  @Test
  void the_node_refuses_before_it_opens_anything() {
    assertThatThrownBy(() -> Node.start(Configuration.over(ConfigFactory.parseString("orderflow {\n" + TOKENS + CLIENT + "\n}"))))
        .isInstanceOf(StartRefused.class);
  }
}
