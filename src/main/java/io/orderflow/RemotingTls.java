package io.orderflow;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.tls.Tls;
import io.orderflow.kernel.StartRefused;
import java.util.List;
import java.util.Map;

/**
 * TLS with certificates on both sides between the nodes of a cluster. A peer must have a certificate of the nodes' authority, with a subject name that
 * this node's certificate has too. Its host is not verified: nodes are known by addresses, which change.
 */
final class RemotingTls {

  private static final String PATH = "akka.remote.artery.";
  private static final String ENGINE = PATH + "ssl.rotating-keys-engine.";

  private RemotingTls() {}

  /**
   * Derives Akka's settings from {@code orderflow.remoting.tls}. They are empty if it is off.
   *
   * @throws StartRefused if one of its files is not set or can't be used
   */
  static Config settings(Config config) {
    Config tls = config.getConfig("orderflow.remoting.tls");
    String certificate = tls.getString("certificate");
    String key = tls.getString("key");
    String authority = tls.getString("ca");
    long set = List.of(certificate, key, authority).stream().filter(path -> !path.isEmpty()).count();
    if (set == 0) {
      return ConfigFactory.empty();
    } else if (set < 3) {
      throw new StartRefused("ORDERFLOW_REMOTING_CERTIFICATE, ORDERFLOW_REMOTING_KEY and ORDERFLOW_REMOTING_CA must be set together.");
    }
    Tls.checkFiles("ORDERFLOW_REMOTING_CERTIFICATE with ORDERFLOW_REMOTING_KEY and ORDERFLOW_REMOTING_CA", certificate, key, authority);
    return ConfigFactory.parseMap(Map.of(
        PATH + "transport", "tls-tcp",
        PATH + "ssl.ssl-engine-provider", "akka.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider",
        ENGINE + "cert-file", certificate,
        ENGINE + "key-file", key,
        ENGINE + "ca-cert-file", authority,
        // With TLS 1.3 a node that left a cluster of three did not terminate.
        ENGINE + "protocol", "TLSv1.2",
        ENGINE + "enabled-algorithms", List.of("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ENGINE + "ssl-context-cache-ttl", "1m"));
  }
}
