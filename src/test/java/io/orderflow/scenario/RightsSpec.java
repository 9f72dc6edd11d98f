package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what on a node that asks for tokens: every cell of the table in docs/security.md. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RightsSpec {

  private static final Pattern ROW = Pattern.compile("\\| `([A-Z]+) (/[^`]+)` \\|(.*)\\|");
  private static final List<String> WHO = List.of("none", "expired", "other customer", "owner", "service", "operator");
  private static final String ORDER = ShopClient.order("tea", 1, ShopClient.card("tok_visa"), "DE");
  private static final String AMOUNT = "{'amount':'1.00'}";
  private static final Map<String, String> BODIES = Map.ofEntries(
      Map.entry("PUT /api/products/tea", "{'name':'Tea','price':'3.50','currency':'EUR'}"),
      Map.entry("POST /api/products/tea/restocks", "{'quantity':1}"),
      Map.entry("POST /api/users", "{'userId':'ada','name':'Ada','email':'ada@example.com'}"),
      Map.entry("POST /api/orders", ORDER),
      Map.entry("POST /api/accounts", "{'accountId':'adas','ownerId':'ada','currency':'EUR'}"),
      Map.entry("POST /api/accounts/{account}/deposits", AMOUNT),
      Map.entry("POST /api/accounts/{account}/withdrawals", AMOUNT),
      Map.entry("POST /api/accounts/{account}/transfers", "{'to':'shop','amount':'1.00'}"),
      Map.entry("PUT /api/carts/new/items/tea", "{'quantity':1}"),
      Map.entry("POST /ops/breakers/payment-provider/force-open", "{'reason':'tried'}"),
      Map.entry("POST /ops/breakers/payment-provider/force-closed", "{'reason':'tried'}"),
      Map.entry("POST /ops/breakers/payment-provider/reset", "{'reason':'tried'}"),
      Map.entry("POST /ops/batches", "{'action':'CANCEL','state':'RUNNING'}"),
      Map.entry("POST /ops/batches/{batch}/confirm", "{'count':0,'reason':'tried'}"),
      Map.entry("POST /ops/orders/{order}/cancel", "{'reason':'tried'}"),
      Map.entry("POST /ops/sagas/{order}/steps/charge-payment/retry-now", "{'reason':'tried'}"),
      Map.entry("POST /api/carts/{cart}/checkout", "{'customerId':'ada','payment':" + ShopClient.card("tok_visa") + "}"));

  @TempDir
  private static Path data;

  private final TestIssuer issuer = new TestIssuer();
  private final Map<String, ShopClient> clients = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private TestNode node;

  @BeforeAll
  void start() {
    node = TestNode.start(data, issuer.settings().withFallback(ConfigFactory.parseString(
        "akka.management.http.bind-hostname = \"0.0.0.0\", orderflow.security.denied.attempts = 10000")));
    ShopClient shop = node.shop();
    clients.put("none", shop);
    clients.put("expired", shop.as("Bearer " + issuer.expired("ada")));
    clients.put("other customer", shop.as(issuer.bearer("eve")));
    clients.put("owner", shop.as(issuer.bearer("ada")));
    clients.put("leaver", shop.as(issuer.bearer("lea")));
    clients.put("service", shop.as(issuer.bearer("shop", "catalog:write", "accounts:write", "orders:read", "orders:write")));
    clients.put("operator", shop.as(issuer.bearer("op", "ops:read", "ops:write")));
    service().stock("tea", 1000);
    ShopClient ada = clients.get("owner");
    ada.post("/api/users", BODIES.get("POST /api/users")).expect(201);
    ada.post("/api/accounts", "{'accountId':'adas','currency':'EUR'}").expect(201);
    service().post("/api/accounts", "{'accountId':'shop','currency':'EUR'}").expect(201);
    service().post("/api/accounts/adas/deposits", "{'amount':'100.00'}").expect(200);
    ada.put("/api/carts/hers/items/tea", "{'quantity':1}").expect(200);
    names.put("owner", "ada");
    names.put("leaver", "lea");
    names.put("account", "adas");
    names.put("cart", "hers");
    names.put("order", ada.ended(ORDER).text("orderId"));
    names.put("batch", clients.get("operator").post("/ops/batches", BODIES.get("POST /ops/batches")).expect(201).text("batchId"));
    names.put("transfer", ada.post("/api/accounts/adas/transfers", "{'to':'shop','amount':'1.00'}").expect(202).text("transferId"));
  }

  @AfterAll
  void stop() {
    node.close();
    issuer.close();
  }

  private ShopClient service() {
    return clients.get("service");
  }

  @TestFactory
  List<DynamicTest> every_cell_of_the_table_is_as_it_says() throws Exception {
    List<DynamicTest> tests = ROW.matcher(Files.readString(Path.of("docs/security.md"))).results().map(row -> DynamicTest.dynamicTest(
        row.group(1) + " " + row.group(2), () -> tryRow(row.group(1), row.group(2), row.group(3).split("\\|")))).toList();
    assertThat(tests).hasSizeGreaterThan(35);
    return tests;
  }

  private void tryRow(String method, String path, String[] cells) {
    assertThat(cells).hasSameSizeAs(WHO);
    String target = path;
    for (Map.Entry<String, String> name : names.entrySet()) {
      target = target.replace("{" + name.getKey() + "}", name.getValue());
    }
    String body = BODIES.get(method + " " + path);
    for (int i = 0; i < cells.length; i++) {
      String who = path.contains("{leaver}") && WHO.get(i).equals("owner") ? "leaver" : WHO.get(i);
      ShopClient.Answer answer = clients.get(who).send(method, target, body);
      String cell = cells[i].strip();
      if (cell.equals("yes")) {
        assertThat(answer.status()).as("%s, answered with %s", WHO.get(i), answer.body())
            .isNotIn(401, 403, 404).isLessThan(method.equals("GET") ? 300 : 500).isNotEqualTo(400);
      } else {
        assertThat(answer.status()).as("%s, answered with %s", WHO.get(i), answer.body()).isEqualTo(Integer.parseInt(cell));
        expectChallenge(answer);
      }
    }
  }

  private static void expectChallenge(ShopClient.Answer answer) {
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    Optional<String> challenge = answer.headers().firstValue("WWW-Authenticate");
    switch (answer.status()) {
      case 401 -> assertThat(challenge.orElseThrow()).startsWith("Bearer realm=\"orderflow\"");
      case 403 -> assertThat(challenge.orElseThrow()).contains("error=\"insufficient_scope\", scope=\"");
      default -> assertThat(challenge).isEmpty();
    }
  }

  @Test
  void a_denied_request_says_what_is_missing() {
    ShopClient.Answer none = clients.get("none").get("/api/products");
    none.expectProblem(401, "UNAUTHENTICATED", null);
    assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"orderflow\"");
    ShopClient.Answer expired = clients.get("expired").get("/api/products");
    expired.expectProblem(401, "INVALID_TOKEN", null);
    assertThat(expired.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"orderflow\", error=\"invalid_token\"");
    ShopClient.Answer scope = clients.get("owner").put("/api/products/tea", BODIES.get("PUT /api/products/tea"));
    scope.expectProblem(403, "INSUFFICIENT_SCOPE", null);
    assertThat(scope.headers().firstValue("WWW-Authenticate").orElseThrow()).endsWith("scope=\"catalog:write\"");
  }

  @Test
  void what_belongs_to_others_looks_as_if_it_did_not_exist() {
    ShopClient eve = clients.get("other customer");
    for (String path : new String[] {"/api/orders/%s", "/api/orders/%s/events", "/api/payments/%s", "/api/shipments/%s"}) {
      assertThat(sameRequest(eve, path.formatted("never-placed"))).isEqualTo(sameRequest(eve, path.formatted(names.get("order"))));
    }
    assertThat(sameRequest(eve, "/api/accounts/adas")).isEqualTo(sameRequest(eve, "/api/accounts/never-opened"));
  }

  /** The problem that the request is answered with, under an id that all these requests share. */
  private static JsonNode sameRequest(ShopClient client, String path) {
    return client.send("GET", path, null, "X-Request-Id", "the-same").expect(404).body();
  }

  @Test
  void services_verify_again_past_the_gateway() {
    ShopClient services = node.services();
    services.get("/api/products").expectProblem(401, "UNAUTHENTICATED", null);
    services.as("Bearer " + issuer.expired("ada")).get("/api/products").expect(401);
    services.as(issuer.bearer("eve")).get("/api/orders/" + names.get("order")).expect(404);
    services.as(issuer.bearer("ada")).get("/api/orders/" + names.get("order")).expect(200);
  }

  @Test
  void operators_have_a_port_of_their_own() {
    String operator = issuer.bearer("op", "ops:read", "ops:write");
    for (String path : new String[] {"/ops/stats", "/ops/sagas", "/ops/unknown"}) {
      node.gateway().as(operator).get(path).expect(404);
      node.gateway().get(path).expect(404);
    }
  }

  @Test
  void health_is_open_and_metrics_and_the_clusters_views_need_the_scope_where_others_reach_them() {
    ShopClient management = node.management();
    management.get("/alive").expect(200);
    management.get("/ready").expect(200);
    for (String path : new String[] {"/metrics", "/cluster/members"}) {
      assertThat(management.get(path).status()).as(path).isEqualTo(401);
      assertThat(management.as(issuer.bearer("ada")).get(path).status()).as(path).isEqualTo(403);
      assertThat(management.as(issuer.bearer("op", "ops:read")).get(path).status()).as(path).isEqualTo(200);
    }
    management.as(issuer.bearer("op", "ops:read")).get("/cluster/domain-events").expectProblem(404, "NOT_FOUND", null);
  }

  @Test
  void an_order_is_paid_from_an_account_of_its_customer_alone() {
    ShopClient eve = clients.get("other customer");
    String evesOrder = ShopClient.order("tea", 1, ShopClient.account("adas"), "DE").replace("'customerId':'ada'", "'customerId':'eve'");
    ShopClient.Answer refused = eve.ended(evesOrder);
    assertThat(refused.text("status")).isEqualTo("CANCELLED");
    assertThat(refused.text("reason")).isEqualTo("PAYMENT_DECLINED");
    String adasOrder = ShopClient.order("tea", 1, ShopClient.account("adas"), "DE");
    assertThat(clients.get("owner").ended(adasOrder).text("status")).isEqualTo("CONFIRMED");
    assertThat(service().ended(evesOrder).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void the_same_key_of_two_callers_is_two_orders() {
    ShopClient ada = clients.get("owner");
    ShopClient eve = clients.get("other customer");
    String evesOrder = ORDER.replace("'customerId':'ada'", "'customerId':'eve'");
    String adas = ada.post("/api/orders", ORDER, "Idempotency-Key", "first").expect(201).text("orderId");
    String eves = eve.post("/api/orders", evesOrder, "Idempotency-Key", "first").expect(201).text("orderId");
    assertThat(eves).isNotEqualTo(adas);
    assertThat(ada.post("/api/orders", ORDER, "Idempotency-Key", "first").expect(201).text("orderId")).isEqualTo(adas);
  }

  @Test
  void the_same_cart_id_of_two_callers_is_two_carts() {
    ShopClient ada = clients.get("owner");
    ShopClient eve = clients.get("other customer");
    ada.put("/api/carts/basket/items/tea", "{'quantity':3}").expect(200);
    eve.put("/api/carts/basket/items/tea", "{'quantity':5}").expect(200);
    assertThat(ada.get("/api/carts/basket").body().path("items").get(0).path("quantity").asInt()).isEqualTo(3);
    String order = ada.post("/api/carts/basket/checkout", BODIES.get("POST /api/carts/{cart}/checkout")).expect(201).text("orderId");
    assertThat(ada.get("/api/carts/basket").expect(200).text("orderId")).isEqualTo(order);
    assertThat(eve.get("/api/carts/basket").expect(200).text("status")).isEqualTo("OPEN");
  }

  @Test
  void a_customer_registers_and_opens_accounts_under_their_own_name() {
    ShopClient bob = node.shop().as(issuer.bearer("bob"));
    assertThat(bob.post("/api/users", "{'name':'Bob','email':'bob@example.com'}").expect(201).text("userId")).isEqualTo("bob");
    assertThat(bob.post("/api/accounts", "{'accountId':'bobs','currency':'EUR'}").expect(201).text("ownerId")).isEqualTo("bob");
    ShopClient odd = node.shop().as(issuer.bearer("auth0|bob"));
    odd.post("/api/accounts", "{'accountId':'odd','currency':'EUR'}").expectProblem(403, "INSUFFICIENT_SCOPE", null);
  }
}
