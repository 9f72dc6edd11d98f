package io.orderflow.bench.orders;

import io.orderflow.testkit.TestAuthority;
import io.orderflow.testkit.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Who may call a node and how: with a token, over TLS.
 *
 * @param authority has issued the node's certificate
 * @param token may do all that the benchmark does, for some hours
 * @param settings environment variables of the node
 */
record Protection(TestAuthority authority, String token, Map<String, String> settings) {

  private static final Duration VALID = Duration.ofHours(6);

  /** Makes the keys anew, and an issuer whose public keys the node reads for as long as this program runs. */
  static Protection in(Path folder) throws IOException {
    TestAuthority authority = new TestAuthority(Files.createTempDirectory(Files.createDirectories(folder), "keys"), "authority");
    TestAuthority.Pair pair = authority.issue("ip:127.0.0.1");
    TestIssuer issuer = new TestIssuer();
    String token = issuer.signed(issuer.header().build(), issuer.claims("shop", Instant.now().plus(VALID))
        .claim("scope", "catalog:write accounts:write orders:read orders:write ops:read").build());
    return new Protection(authority, token, Map.of("ORDERFLOW_TLS_CERTIFICATE", pair.certificate().toAbsolutePath().toString(),
        "ORDERFLOW_TLS_KEY", pair.key().toAbsolutePath().toString(), "ORDERFLOW_TLS_CA", authority.certificate().toAbsolutePath().toString(),
        "ORDERFLOW_SECURITY_MODE", "jwt", "ORDERFLOW_AUTH_ISSUER", TestIssuer.NAME, "ORDERFLOW_AUTH_AUDIENCE", TestIssuer.AUDIENCE,
        "ORDERFLOW_AUTH_JWKS", issuer.jwks()));
  }
}
