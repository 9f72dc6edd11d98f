package io.orderflow.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import io.orderflow.testkit.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificates and keys a node starts with. */
class TlsSettingsSpec {

  @TempDir
  private static Path folder;
  private static TestAuthority authority;
  private static TestAuthority.Pair pair;
  private static TestAuthority.Pair other;

  @BeforeAll
  static void issue() {
    authority = new TestAuthority(folder, "authority");
    pair = authority.issue("dns:localhost");
    other = authority.issue("dns:localhost");
  }

  private static Config config(Object certificate, Object key, Object ca) {
    return Configuration.over(ConfigFactory.parseMap(Map.of("orderflow.tls.certificate", certificate.toString(), "orderflow.tls.key", key.toString(),
        "orderflow.tls.ca", ca.toString(), "orderflow.data-dir", folder.resolve("data").toString())));
  }

  private static AbstractStringAssert<?> refusal(Object certificate, Object key, Object ca) {
    assertThatThrownBy(() -> Node.start(config(certificate, key, ca))).isInstanceOf(StartRefused.class).message().endsWith(".").doesNotContain("\n");
    assertThat(folder.resolve("data")).doesNotExist();
    try {
      Tls.check(config(certificate, key, ca));
      return null;
    } catch (StartRefused refused) {
      return assertThat(refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void a_pair_is_used(String algorithm) {
    TestAuthority.Pair issued = authority.issue("dns:localhost", algorithm);
    Tls.check(config(issued.certificate(), issued.key(), authority.certificate()));
  }

  @Test
  void a_certificate_without_a_key_and_a_key_without_a_certificate_are_refused() {
    refusal(pair.certificate(), "", "").contains("ORDERFLOW_TLS_CERTIFICATE", "ORDERFLOW_TLS_KEY");
    refusal("", pair.key(), "").contains("ORDERFLOW_TLS_CERTIFICATE", "ORDERFLOW_TLS_KEY");
  }

  @Test
  void a_key_of_another_certificate_is_refused() {
    refusal(pair.certificate(), other.key(), "").contains("the key is of another certificate");
  }

  @Test
  void a_file_that_is_missing_or_something_else_is_refused_unquoted() throws IOException {
    refusal(folder.resolve("missing"), pair.key(), "").contains("missing does not exist");
    refusal(pair.certificate(), pair.certificate(), "").contains("PKCS#8");
    refusal(pair.key(), pair.key(), "").doesNotContain(Files.readAllLines(pair.key()).get(1));
    refusal("", "", pair.key()).contains("ORDERFLOW_TLS_CA");
    Path broken = Files.writeString(folder.resolve("broken"), Files.readString(pair.key()).replace('M', 'N'));
    refusal(pair.certificate(), broken, "").doesNotContain(Files.readAllLines(broken).get(1));
  }
}
