package io.orderflow.bench.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;

/** {@link SqlPlacing} as a program of its own, over the HTTP server and client of the JDK: what people write who write no HTTP themselves. */
public final class JdkSqlShop {

  private static final int THREADS = 64;

  private final SqlPlacing placing;
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI charges;

  private JdkSqlShop(SqlPlacing placing, int providerPort) {
    this.placing = placing;
    this.charges = URI.create("http://127.0.0.1:" + providerPort + "/charges");
  }

  /** @param args the port, the database's URL, the number of connections to it, and the provider's port */
  public static void main(String[] args) throws Exception {
    // Otherwise the server's small writes wait for one another.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    JdkSqlShop shop = new JdkSqlShop(new SqlPlacing(new SqlOrders(args[1], Integer.parseInt(args[2]))), Integer.parseInt(args[3]));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 1024);
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext("/api/orders", shop::serve);
    server.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      SqlPlacing.Answer answer = placing.place(exchange.getRequestBody().readAllBytes(),
          exchange.getRequestHeaders().getFirst("Idempotency-Key"), this::charge);
      if (answer.location() != null) {
        exchange.getResponseHeaders().set("Location", answer.location());
      }
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (IOException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IOException(failure);
    }
  }

  private byte[] charge(UUID orderId, byte[] charge) throws IOException {
    try {
      HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(charges).header("Content-Type", "application/json")
          .header("Idempotency-Key", orderId.toString()).timeout(Duration.ofMillis(SqlPlacing.PROVIDER_LIMIT_MILLIS))
          .POST(HttpRequest.BodyPublishers.ofByteArray(charge)).build(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200 && answer.statusCode() != 402) {
        throw new IOException("the provider answered " + answer.statusCode());
      }
      return answer.statusCode() == 402 ? null : answer.body();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
