package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;

/** A client of the HTTP contract, as a customer's program would be. It compares every exchange with the API's document. */
public final class ShopClient {

  /** An answer; the body is missing when there was none or it was no JSON. */
  public record Answer(int status, JsonNode body, HttpHeaders headers) {

    public String text(String field) {
      return body.path(field).asText();
    }

    /** Expects a problem with that status, code and field; null for a problem of no field. */
    public void expectProblem(int wanted, String code, String field) {
      expect(wanted);
      assertThat(headers.firstValue("Content-Type")).contains("application/problem+json");
      assertThat(body.path("code").asText()).as("code of %s", body).isEqualTo(code);
      assertThat(body.path("field").asText(null)).as("field of %s", body).isEqualTo(field);
      assertThat(body.path("status").asInt()).isEqualTo(wanted);
      assertThat(body.path("type").asText()).startsWith("/docs/problems/");
      assertThat(body.path("title").asText()).isNotBlank();
      assertThat(body.path("detail").asText()).isNotBlank();
      assertThat(body.path("instance").asText()).isNotBlank()
          .isEqualTo(headers.firstValue("X-Request-Id").orElseThrow().replace(":", "%3A").replace("/", "%2F"));
    }

    public Answer expect(int wanted) {
      assertThat(status).as("status of %s", body).isEqualTo(wanted);
      return this;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final HttpClient http;
  private final String base;
  private final String operators;
  private final String authorization;

  /** @param base such as {@code http://127.0.0.1:8000} */
  public ShopClient(String base) {
    this(base, base);
  }

  /**
   * A client that sends operators' requests to another port.
   *
   * @param operators such as {@code http://127.0.0.1:8001}
   */
  public ShopClient(String base, String operators) {
    this(plain().build(), base, operators, null);
  }

  private ShopClient(HttpClient http, String base, String operators, String authorization) {
    this.http = http;
    this.base = base;
    this.operators = operators;
    this.authorization = authorization;
  }

  /** The same client with that Authorization; null for none. */
  public ShopClient as(String bearer) {
    return new ShopClient(http, base, operators, bearer);
  }

  /** The same client for servers with certificates that this context trusts. */
  public ShopClient trusting(SSLContext context) {
    return new ShopClient(plain().sslContext(context).build(), base, operators, authorization);
  }

  private static HttpClient.Builder plain() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
  }

  public Answer get(String path) {
    return send("GET", path, null);
  }

  /** Reads what a cluster may be moving: while that has no home the answer is 503, and the request is repeated. */
  public Answer read(String path) {
    Answer first = get(path);
    return first.status() != 503 ? first
        : Awaitility.await().atMost(PATIENCE).until(() -> get(path), answer -> answer.status() != 503);
  }

  /** What is there as plain text. */
  public String text(String path) {
    try {
      HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(base + path)).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
      return answer.body();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Sends the body, in which single quotes stand for double ones. */
  public Answer post(String path, String body, String... headers) {
    return send("POST", path, body, headers);
  }

  public Answer put(String path, String body) {
    return send("PUT", path, body);
  }

  /** @throws UncheckedIOException when no answer came */
  public Answer send(String method, String path, String body, String... headers) {
    URI target = URI.create((path.startsWith("/ops") ? operators : base) + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(target).timeout(Duration.ofSeconds(20))
        .method(method, body == null ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpRequest sent = request.build();
      HttpResponse<byte[]> response = http.send(sent, HttpResponse.BodyHandlers.ofByteArray());
      boolean isJson = response.headers().firstValue("Content-Type").filter(type -> type.contains("json")).isPresent();
      JsonNode json = isJson ? JSON.readTree(response.body()) : MissingNode.getInstance();
      String sentBody = body == null || body.isEmpty() ? null : body.replace('\'', '"');
      ApiContract.published().check(new ApiContract.Exchange(method, path, sent.headers().map(), sentBody,
          response.statusCode(), response.headers().map(), json));
      return new Answer(response.statusCode(), json, response.headers());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Waits until products answer: the first answers of a node may take longer than the gateway waits for them. */
  public void awaitAnswers() {
    Awaitility.await().atMost(PATIENCE).until(() -> get("/api/products/none").status(), Integer.valueOf(404)::equals);
  }

  /** Puts a product on sale at 3.50 EUR with that stock. */
  public void stock(String sku, int quantity) {
    assertThat(put("/api/products/" + sku, "{'name':'Tea','price':'3.50','currency':'EUR'}").status()).isIn(200, 201);
    post("/api/products/" + sku + "/restocks", "{'quantity':" + quantity + ",'reference':'first'}").expect(200);
  }

  /** Opens an account in EUR with that balance. */
  public void account(String id, String balance) {
    post("/api/accounts", "{'accountId':'" + id + "','currency':'EUR'}").expect(201);
    post("/api/accounts/" + id + "/deposits", "{'amount':'" + balance + "','reference':'first'}").expect(200);
  }

  /** The body of an order of one product at 3.50 EUR each, shipped to that country. */
  public static String order(String sku, int quantity, String payment, String country) {
    return "{'customerId':'ada','currency':'EUR','items':[{'sku':'" + sku + "','quantity':" + quantity + ",'unitPrice':'3.50'}],"
        + "'payment':" + payment + ",'shippingAddress':{'name':'Ada','street':'1 Main St','city':'Berlin',"
        + "'postalCode':'10115','country':'" + country + "'}}";
  }

  public static String card(String token) {
    return "{'method':'card','token':'" + token + "'}";
  }

  public static String account(String id) {
    return "{'method':'account','accountId':'" + id + "'}";
  }

  /** Places the order and waits until its saga has ended. */
  public Answer ended(String order) {
    Answer placed = post("/api/orders", order).expect(201);
    return awaitEnd(placed.text("orderId"));
  }

  /** Reads it until it has ended. */
  public Answer awaitEnd(String orderId) {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> read("/api/orders/" + orderId).expect(200),
        order -> Set.of("CONFIRMED", "CANCELLED").contains(order.text("status")));
  }

  /** Reads its saga until that has ended too: an order is confirmed while its goods leave the stock, which the saga repeats until it succeeds. */
  public Answer awaitSaga(String orderId) {
    return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> read("/api/orders/" + orderId + "/saga").expect(200),
        saga -> !Set.of("RUNNING", "COMPENSATING").contains(saga.text("state")));
  }
}
