package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services behind TLS are reached only if their certificate is valid for their name. */
class GatewayTlsSpec {

  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final SSLContext BEFORE = platform();
  private static HttpsServer service;
  private static GatewayFixture gateway;

  private static SSLContext platform() {
    try {
      return SSLContext.getDefault();
    } catch (java.security.NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing);
    }
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "service",
        "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-storetype", "PKCS12", "-keystore", store.toString(),
        "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    SSLContext.setDefault(context);

    service = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    service.setHttpsConfigurator(new HttpsConfigurator(context));
    service.createContext("/", exchange -> {
      byte[] body = exchange.getRequestBody().readAllBytes();
      byte[] answer = (exchange.getRequestHeaders().getFirst("Host") + " got " + body.length).getBytes(StandardCharsets.US_ASCII);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    service.start();
    int port = service.getAddress().getPort();
    gateway = GatewayFixture.with("""
        orderflow.gateway.services.s = ["https://localhost:%d/base"]
        orderflow.gateway.services.wrong = ["https://127.0.0.1:%d/base"]
        """.formatted(port, port), java.util.Optional.empty());
  }

  @AfterAll
  static void stop() {
    SSLContext.setDefault(BEFORE);
    gateway.close();
    service.stop(0);
  }

  @Test
  void a_service_with_a_certificate_for_its_name_is_reached() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      for (int round = 0; round < 3; round++) {
        client.send("POST /api/s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde");
        assertThat(client.answer().body()).isEqualTo("localhost:" + service.getAddress().getPort() + " got 5");
      }
    }
  }

  @Test
  void a_service_with_a_certificate_for_another_name_is_not() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/wrong/x").status()).isIn(502, 503);
  }
}
