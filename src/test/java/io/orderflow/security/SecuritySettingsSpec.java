package io.orderflow.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a node is open, when it asks for tokens, and when it does not start. */
class SecuritySettingsSpec {

  private static final String ISSUER = "security.issuer = \"https://issuer.example\"\n";

  @TempDir
  private Path folder;

  private static Config config(String orderflow) {
    return Configuration.over(ConfigFactory.parseString("orderflow {\n" + orderflow + "\n}"));
  }

  private static SecuritySettings settings(String orderflow) {
    return SecuritySettings.of(config(orderflow));
  }

  private static void refuses(String orderflow, String... ways) {
    assertThatThrownBy(() -> settings(orderflow)).isInstanceOf(StartRefused.class).hasMessageContainingAll(ways)
        .message().endsWith(".").doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void on_loopback_a_node_without_issuer_is_open_to_this_machine(String bind) {
    SecuritySettings settings = settings("bind = \"" + bind + "\"");
    assertThat(settings.isOpen()).isTrue();
    assertThat(settings.loopbackOnly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
  void elsewhere_a_node_without_issuer_does_not_start(String bind) {
    refuses("bind = \"" + bind + "\", host = \"node\"", "ORDERFLOW_AUTH_ISSUER", "ORDERFLOW_SECURITY_MODE=off");
  }

  @Test
  void operators_port_counts_too() {
    refuses("ops.bind = \"0.0.0.0\"", "ORDERFLOW_AUTH_ISSUER", "ORDERFLOW_SECURITY_MODE=off");
  }

  @Test
  void the_node_itself_refuses_before_it_opens_anything() {
    Path data = folder.resolve("data");
    Config elsewhere = config("bind = \"0.0.0.0\", host = \"node\", data-dir = \"" + data + "\"");
    assertThatThrownBy(() -> Node.start(elsewhere)).isInstanceOf(StartRefused.class);
    assertThat(data).doesNotExist();
  }

  @Test
  void off_is_open_everywhere_and_every_host_name_stays_allowed() {
    SecuritySettings settings = settings("bind = \"0.0.0.0\", host = \"node\", security.mode = off");
    assertThat(settings.isOpen()).isTrue();
    assertThat(settings.loopbackOnly()).isFalse();
  }

  @Test
  void a_node_with_an_issuer_asks_for_tokens_on_loopback_too() {
    assertThat(settings(ISSUER + "security.jwks = \"https://issuer.example/jwks\"").isOpen()).isFalse();
    assertThat(settings(ISSUER + "security.jwks = \"https://issuer.example/jwks\", bind = \"0.0.0.0\", host = \"node\"").isOpen()).isFalse();
  }

  @Test
  void an_issuer_without_keys_is_refused() {
    refuses("security.mode = jwt", "ORDERFLOW_AUTH_ISSUER", "ORDERFLOW_SECURITY_MODE=off");
    refuses(ISSUER, "ORDERFLOW_AUTH_JWKS", "ORDERFLOW_SECURITY_MODE=off");
  }

  @Test
  void keys_are_not_read_over_an_open_wire_or_from_a_file_that_is_not_there() throws Exception {
    refuses(ISSUER + "security.jwks = \"http://issuer.example/jwks\"", "ORDERFLOW_AUTH_JWKS");
    Path file = folder.resolve("jwks.json");
    refuses(ISSUER + "security.jwks = \"" + file + "\"", "ORDERFLOW_AUTH_JWKS");
    Files.writeString(file, "{}");
    assertThat(settings(ISSUER + "security.jwks = \"" + file + "\"").isUrl()).isFalse();
    assertThat(settings(ISSUER + "security.jwks = \"http://localhost:9/jwks\"").isUrl()).isTrue();
  }

  @Test
  void an_unknown_mode_is_refused() {
    refuses("security.mode = on", "auto, jwt, off");
  }

  @Test
  void the_issuer_for_trying_makes_tokens_that_its_node_believes() throws Exception {
    Config here = config("data-dir = \"" + folder + "\"");
    DevIssuer issuer = DevIssuer.in(here, Clock.systemUTC());
    String again = DevIssuer.in(here, Clock.systemUTC()).token("ada", List.of("orders:read"));
    Path jwks = DevIssuer.jwks(DevIssuer.folder(here));
    SecuritySettings believing = settings("security.issuer = \"" + DevIssuer.ISSUER + "\", security.jwks = \"" + jwks + "\"");
    SigningKeys keys = new SigningKeys(SigningKeys.source(believing), believing, SigningKeys.MIN_PAUSE, Runnable::run, System::nanoTime);
    AccessTokens tokens = new AccessTokens(believing, keys, 10, Clock.systemUTC());
    assertThat(tokens.verify(again).join().scopes()).containsExactly("orders:read");
    assertThat(tokens.verify(issuer.token("bob", List.of())).join().scopes()).isEmpty();
    assertThat(Files.readString(jwks)).doesNotContain("\"d\"");
    assertThat(Files.getPosixFilePermissions(DevIssuer.folder(here).resolve("key.json"))).hasSize(2);
  }

  @Test
  void the_issuer_for_trying_is_believed_and_works_on_loopback_alone() {
    assertThatThrownBy(() -> DevIssuer.in(config("bind = \"0.0.0.0\", host = \"node\", data-dir = \"" + folder + "\""), Clock.systemUTC()))
        .isInstanceOf(StartRefused.class);
    assertThatThrownBy(() -> DevIssuer.in(config(ISSUER + "data-dir = \"" + folder + "\""), Clock.systemUTC()))
        .isInstanceOf(StartRefused.class);
    refuses("bind = \"0.0.0.0\", host = \"node\", security.issuer = \"" + DevIssuer.ISSUER + "\", security.jwks = \"https://issuer.example/jwks\"",
        "ORDERFLOW_AUTH_ISSUER", "ORDERFLOW_BIND");
  }
}
