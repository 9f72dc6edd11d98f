package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Requests that are repeated under an Idempotency-Key, wherever something is created or moved. */
class IdempotencyKeyFlowSpec extends NodeOnEachDatabase {

  private static final String CHECKOUT = "{'customerId':'ada','payment':{'method':'card','token':'%s'}}";

  IdempotencyKeyFlowSpec() {
    super("");
  }

  private Answer keyed(String path, String key, String body) {
    return shop.post(path, body, "Idempotency-Key", key);
  }

  /** Sends the request twice, with the key bare and quoted, and then others with the same key. Answers with the first answer. */
  private JsonNode once(int status, String path, String key, String body, String... others) {
    Answer first = keyed(path, key, body).expect(status);
    Answer repeat = keyed(path, '"' + key + '"', body).expect(status);
    assertThat(repeat.headers().firstValue("Location")).isEqualTo(first.headers().firstValue("Location"));
    for (String other : others) {
      keyed(path, key, other).expectProblem(422, "IDEMPOTENCY_KEY_REUSED", null);
    }
    keyed(path, key, body).expect(status);
    return first.body();
  }

  private String balance(String account) {
    return shop.get("/api/accounts/" + account).expect(200).text("balance");
  }

  @Test
  void an_account_is_opened_once() {
    String id = once(201, "/api/accounts", "open-1", "{'currency':'EUR'}", "{'currency':'USD'}", "{'currency':'EUR','ownerId':'ada'}",
        "{'currency':'EUR','accountId':'mine'}").get("accountId").asText();
    assertThat(keyed("/api/accounts", "open-1", "{'currency':'EUR'}").expect(201).text("accountId")).isEqualTo(id);
    assertThat(keyed("/api/accounts", "open-2", "{'currency':'EUR'}").expect(201).text("accountId")).isNotEqualTo(id);
    once(201, "/api/accounts", "open-3", "{'currency':'EUR','accountId':'chosen'}", "{'currency':'EUR','accountId':'other'}", "{'currency':'EUR'}",
        "{'currency':'USD','accountId':'chosen'}");
    shop.get("/api/accounts/other").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
  }

  @Test
  void a_user_is_registered_once() {
    JsonNode user = once(201, "/api/users", "user-1", "{'name':'Ada','email':'a@b.example'}", "{'name':'Bob','email':'a@b.example'}",
        "{'userId':'ada','name':'Ada','email':'a@b.example'}");
    assertThat(keyed("/api/users", "user-1", "{'name':'Ada','email':'a@b.example'}").expect(201).body()).isEqualTo(user);
    once(201, "/api/users", "user-2", "{'userId':'eve','name':'Eve','email':'e@b.example'}", "{'userId':'eva','name':'Eve','email':'e@b.example'}");
  }

  @Test
  void an_amount_is_deposited_and_withdrawn_once() {
    shop.account("moves", "100.00");
    JsonNode in = once(200, "/api/accounts/moves/deposits", "in", "{'amount':'10.00'}", "{'amount':'11.00'}", "{'amount':'10.00','reference':'r'}");
    JsonNode out = once(200, "/api/accounts/moves/withdrawals", "out", "{'amount':'30.00'}", "{'amount':'3.00'}");
    assertThat(balance("moves")).isEqualTo("80.00");
    assertThat(keyed("/api/accounts/moves/deposits", "in", "{'amount':10}").expect(200).body()).isEqualTo(in);
    assertThat(keyed("/api/accounts/moves/withdrawals", "out", "{'amount':'30'}").expect(200).body()).isEqualTo(out);
    keyed("/api/accounts/moves/withdrawals", "in", "{'amount':'10.00'}").expectProblem(422, "IDEMPOTENCY_KEY_REUSED", null);
    assertThat(shop.get("/api/accounts/moves/events").body().findValuesAsText("reference")).containsExactly("first");
  }

  @Test
  void a_movement_with_a_key_and_a_reference_is_known_by_both() {
    shop.account("both", "100.00");
    String path = "/api/accounts/both/deposits";
    JsonNode first = once(200, path, "k1", "{'amount':'10.00','reference':'r1'}", "{'amount':'10.00','reference':'r2'}", "{'amount':'10.00'}");
    assertThat(keyed(path, "k2", "{'amount':'10.00','reference':'r1'}").expect(200).body()).isEqualTo(first);
    assertThat(shop.post(path, "{'amount':'10.00','reference':'r1'}").expect(200).body()).isEqualTo(first);
    keyed(path, "k3", "{'amount':'11.00','reference':'r1'}").expectProblem(422, "REFERENCE_REUSED", null);
    assertThat(balance("both")).isEqualTo("110.00");
  }

  @Test
  void a_refused_withdrawal_leaves_its_key_free() {
    shop.account("refused", "5.00");
    keyed("/api/accounts/refused/withdrawals", "k", "{'amount':'10.00'}").expectProblem(409, "INSUFFICIENT_FUNDS", null);
    shop.post("/api/accounts/refused/deposits", "{'amount':'5.00'}").expect(200);
    assertThat(keyed("/api/accounts/refused/withdrawals", "k", "{'amount':'10.00'}").expect(200).text("balance")).isEqualTo("0.00");
  }

  @Test
  void pieces_are_added_once() {
    shop.stock("keyed-tea", 10);
    JsonNode stock = once(200, "/api/products/keyed-tea/restocks", "k", "{'quantity':5}", "{'quantity':6}", "{'quantity':5,'reference':'x'}");
    assertThat(stock.get("available").asInt()).isEqualTo(15);
    once(200, "/api/products/keyed-tea/restocks", "k2", "{'quantity':5,'reference':'x'}", "{'quantity':5}", "{'quantity':5,'reference':'y'}");
    assertThat(shop.get("/api/products/keyed-tea").expect(200).body().get("available").asInt()).isEqualTo(20);
  }

  @Test
  void a_transfer_is_made_once() {
    shop.account("giver", "100.00");
    shop.account("taker", "1.00");
    String path = "/api/accounts/giver/transfers";
    String byKey = once(202, path, "t1", "{'to':'taker','amount':'10.00'}", "{'to':'taker','amount':'11.00'}",
        "{'to':'taker','amount':'10.00','reference':'r'}").get("transferId").asText();
    String byBoth = once(202, path, "t2", "{'to':'taker','amount':'10.00','reference':'r'}", "{'to':'taker','amount':'10.00'}").get("transferId").asText();
    assertThat(byBoth).isNotEqualTo(byKey);
    assertThat(shop.post(path, "{'to':'taker','amount':'10.00','reference':'r'}").expect(202).text("transferId")).isEqualTo(byBoth);
    Awaitility.await().until(() -> balance("taker").equals("21.00"));
    assertThat(balance("giver")).isEqualTo("80.00");
  }

  @Test
  void a_key_of_one_account_says_nothing_about_another() {
    for (String account : new String[] {"apart-1", "apart-2"}) {
      shop.account(account, "1.00");
      assertThat(keyed("/api/accounts/" + account + "/deposits", "same", "{'amount':'1.00'}").expect(200).text("balance")).isEqualTo("2.00");
    }
  }

  @Test
  void a_cart_is_checked_out_with_one_body_for_each_key() {
    shop.stock("carted", 10);
    shop.put("/api/carts/keyed/items/carted", "{'quantity':1}").expect(200);
    String path = "/api/carts/keyed/checkout";
    String order = once(201, path, "k", CHECKOUT.formatted("tok_1"), CHECKOUT.formatted("tok_2")).get("orderId").asText();
    assertThat(keyed(path, "another", CHECKOUT.formatted("tok_2")).expect(201).text("orderId")).isEqualTo(order);
  }

  @Test
  void an_order_is_placed_once() {
    shop.stock("ordered", 10);
    once(201, "/api/orders", "o", order("ordered", 1, card("tok_1"), "DE"), order("ordered", 2, card("tok_1"), "DE"));
  }

  @Test
  void clients_that_send_a_request_at_once_get_one_effect() throws Exception {
    shop.account("hot", "100.00");
    Set<String> accounts = new HashSet<>();
    List<Callable<Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String quote = i % 2 == 0 ? "" : "\"";
      calls.add(() -> keyed("/api/accounts", quote + "at-once" + quote, "{'currency':'EUR'}"));
      calls.add(() -> keyed("/api/accounts/hot/withdrawals", quote + "at-once" + quote, "{'amount':'1.00'}"));
    }
    for (Future<Answer> each : clients.invokeAll(calls)) {
      assertThat(each.get().status()).as("%s", each.get().body()).isBetween(200, 201);
      accounts.add(each.get().text("accountId"));
    }
    assertThat(accounts).hasSize(2).contains("hot");
    assertThat(balance("hot")).isEqualTo("99.00");
  }

  @Test
  void a_malformed_key_is_refused_everywhere() {
    shop.account("strict", "1.00");
    shop.stock("strict", 1);
    String[][] requests = {{"/api/accounts", "{'currency':'EUR'}"}, {"/api/users", "{'name':'A','email':'a@b.example'}"},
        {"/api/accounts/strict/deposits", "{'amount':'1.00'}"}, {"/api/accounts/strict/withdrawals", "{'amount':'1.00'}"},
        {"/api/accounts/strict/transfers", "{'to':'b','amount':'1.00'}"}, {"/api/products/strict/restocks", "{'quantity':1}"},
        {"/api/carts/strict/checkout", CHECKOUT.formatted("tok_1")}, {"/api/orders", order("strict", 1, card("tok_1"), "DE")}};
    for (String[] request : requests) {
      for (String key : new String[] {"\"open", "two words", "\"\"", "k".repeat(300)}) {
        keyed(request[0], key, request[1]).expectProblem(400, "INVALID_FIELD", "Idempotency-Key");
      }
    }
    assertThat(balance("strict")).isEqualTo("1.00");
  }
}
