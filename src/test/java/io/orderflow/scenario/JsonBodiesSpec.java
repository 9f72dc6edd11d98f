package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ApiContract;
import io.orderflow.testkit.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that are not plain JSON are refused by every route that reads JSON, on each port. */
class JsonBodiesSpec {

  /** A route that reads JSON. */
  private record Reader(String part, String method, String path, String json) {}

  @TempDir
  private static Path data;
  private static TestNode node;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    node = TestNode.start(data, ConfigFactory.empty());
    // The first answers of a node may take longer than the gateway waits for them.
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> node.shop().get("/api/accounts/none").status() == 404);
    node.shop().stock("tea", 1000);
    node.shop().account("from", "100.00");
    node.shop().account("to", "100.00");
    node.shop().put("/api/carts/full/items/tea", "{'quantity':1}").expect(200);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  static Stream<Reader> readers() {
    Stream<Reader> shop = Stream.of("gateway", "services").flatMap(part -> Stream.of(
        new Reader(part, "POST", "/api/users", "{'userId':'ada-%s','name':'Ada','email':'ada@shop.example'}".formatted(part)),
        new Reader(part, "PUT", "/api/products/cup", "{'name':'Cup','price':'3.50','currency':'EUR'}"),
        new Reader(part, "POST", "/api/products/tea/restocks", "{'quantity':1}"),
        new Reader(part, "POST", "/api/orders", order("tea", 1, card("tok_1"), "DE")),
        new Reader(part, "POST", "/api/accounts", "{'currency':'EUR'}"),
        new Reader(part, "POST", "/api/accounts/from/deposits", "{'amount':1}"),
        new Reader(part, "POST", "/api/accounts/from/withdrawals", "{'amount':1}"),
        new Reader(part, "POST", "/api/accounts/from/transfers", "{'to':'to','amount':1}"),
        new Reader(part, "PUT", "/api/carts/some/items/tea", "{'quantity':1}"),
        new Reader(part, "POST", "/api/carts/full/checkout", "{'customerId':'ada','payment':" + card("tok_1")
            + ",'shippingAddress':{'name':'Ada','street':'1 Main St','city':'Berlin','postalCode':'10115','country':'DE'}}")));
    return Stream.concat(shop, Stream.of(new Reader("provider", "PUT", "/faults", "{}"),
        new Reader("provider", "POST", "/charges", "{'orderId':'o','amount':'1.00','currency':'EUR','token':'tok_1'}"),
        new Reader("provider", "POST", "/refunds", "{'idempotencyKey':'k'}")));
  }

  @ParameterizedTest
  @MethodSource("readers")
  void a_body_in_a_content_coding_is_refused(Reader reader) throws Exception {
    byte[] plain = bytes(reader);
    for (String coding : List.of("gzip", "GZIP", "x-gzip", "deflate", "br", "nonsense", "identity, gzip")) {
      expectRefusal(send(reader, plain, "Content-Type", "application/json", "Content-Encoding", coding), reader + " labelled " + coding);
    }
    expectRefusal(send(reader, zipped(plain), "Content-Type", "application/json", "Content-Encoding", "gzip"), reader + " zipped");
  }

  @ParameterizedTest
  @MethodSource("readers")
  void a_body_of_another_media_type_is_refused(Reader reader) throws Exception {
    for (String type : List.of("application/jsonx", "application/xjson", "text/json", "text/plain", "application/x-www-form-urlencoded")) {
      expectRefusal(send(reader, bytes(reader), "Content-Type", type), reader + " as " + type);
    }
  }

  @ParameterizedTest
  @MethodSource("readers")
  void a_body_in_no_coding_is_read(Reader reader) throws Exception {
    HttpResponse<String> answer = send(reader, bytes(reader), "Content-Type", "application/json", "Content-Encoding", "identity");
    assertThat(answer.statusCode()).as("%s: %s", reader, answer.body()).isBetween(200, 202);
  }

  private static void expectRefusal(HttpResponse<String> answer, String of) throws IOException {
    assertThat(answer.statusCode()).as("%s: %s", of, answer.body()).isEqualTo(415);
    assertThat(answer.headers().firstValue("Content-Type")).as(of).contains("application/problem+json");
    assertThat(new ObjectMapper().readTree(answer.body()).path("code").asText()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
  }

  private static byte[] bytes(Reader reader) {
    return reader.json().replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] zipped(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(plain);
    }
    return bytes.toByteArray();
  }

  private static HttpResponse<String> send(Reader reader, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port(reader.part()) + reader.path()))
        .method(reader.method(), HttpRequest.BodyPublishers.ofByteArray(body)).headers(headers);
    if (reader.path().equals("/charges")) {
      request.setHeader("Idempotency-Key", "key");
    }
    HttpRequest sent = request.build();
    HttpResponse<String> answer = CLIENT.send(sent, HttpResponse.BodyHandlers.ofString());
    ApiContract.published().check(new ApiContract.Exchange(reader.method(), reader.path(), sent.headers().map(), new String(body, StandardCharsets.UTF_8),
        answer.statusCode(), answer.headers().map(), new ObjectMapper().readTree(answer.body())));
    return answer;
  }
}
