package io.orderflow.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that speaks HTTPS with servers of one authority. */
public final class TlsClient {

  private final SSLContext context;
  private final HttpClient http;

  public TlsClient(TestAuthority trusted) {
    this.context = trusted.trusting();
    this.http = HttpClient.newBuilder().sslContext(context).connectTimeout(Duration.ofSeconds(5)).build();
  }

  /** Asks over a connection that is kept, by HTTP/2 if the server offers it. */
  public HttpResponse<String> get(int port, String path) {
    return send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)));
  }

  /** Sends to a path at that port. */
  public HttpResponse<String> send(String method, int port, String path, String json) {
    return send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).header("Content-Type", "application/json")
        .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /**
   * Asks over a connection of its own.
   *
   * @return the serial number of the server's certificate, or the whole answer if its status is not 200
   */
  public String ask(int port, String path) throws IOException {
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.startsWith("HTTP/1.1 200 ")
          ? ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber().toString() : answer;
    }
  }
}
