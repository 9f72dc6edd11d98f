package io.orderflow.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.http.ClientPresence;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.testkit.ServiceNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountRoutesSpec {

  private static final UUID MADE = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static ServiceNode node;
  private static ShopClient shop;

  @BeforeAll
  static void start() {
    node = ServiceNode.start();
    AccountService accounts = new AccountService(node.system(), AggregateKit.CLOCK);
    shop = node.serve(new AccountRoutes(accounts, new AccountHistory(node.system()),
        ClientPresence.of(node.system().classicSystem()), new RequestKeys(null, null), () -> MADE).routes());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void an_account_is_opened_under_the_id_that_its_client_chose() {
    Answer opened = shop.post("/api/accounts", "{'accountId':'chosen','ownerId':'ada','currency':'EUR'}").expect(201);
    assertThat(opened.headers().firstValue("Location")).contains("/api/accounts/chosen");
    assertThat(opened.body().toString())
        .isEqualTo("{\"accountId\":\"chosen\",\"ownerId\":\"ada\",\"balance\":\"0.00\",\"currency\":\"EUR\",\"sequence\":1}");
    assertThat(shop.post("/api/accounts", "{'accountId':'chosen','ownerId':'ada','currency':'EUR'}").expect(201).body())
        .isEqualTo(opened.body());
    shop.post("/api/accounts", "{'accountId':'chosen','currency':'EUR'}").expectProblem(409, "ACCOUNT_EXISTS", null);
  }

  @Test
  void an_account_without_an_id_gets_one() {
    Answer opened = shop.post("/api/accounts", "{'currency':'JPY'}").expect(201);
    assertThat(opened.headers().firstValue("Location")).contains("/api/accounts/" + MADE);
    assertThat(opened.body().toString())
        .isEqualTo("{\"accountId\":\"" + MADE + "\",\"balance\":\"0\",\"currency\":\"JPY\",\"sequence\":1}");
  }

  @Test
  void deposits_and_withdrawals_change_the_balance_once_for_each_reference() {
    open("books");
    Answer deposit = shop.post("/api/accounts/books/deposits", "{'amount':'100','reference':'in'}").expect(200);
    assertThat(deposit.body().toString())
        .isEqualTo("{\"accountId\":\"books\",\"balance\":\"100.00\",\"currency\":\"EUR\",\"sequence\":2}");
    Answer withdrawal = shop.post("/api/accounts/books/withdrawals", "{'amount':30.5,'reference':'out'}").expect(200);
    assertThat(withdrawal.text("balance")).isEqualTo("69.50");
    assertThat(shop.post("/api/accounts/books/deposits", "{'amount':100.00,'reference':'in'}").expect(200).body())
        .isEqualTo(deposit.body());
    assertThat(shop.post("/api/accounts/books/withdrawals", "{'amount':'30.50','reference':'out'}").expect(200).body())
        .isEqualTo(withdrawal.body());
    shop.post("/api/accounts/books/withdrawals", "{'amount':'30.50','reference':'in'}").expectProblem(422, "REFERENCE_REUSED", null);
    Answer read = shop.get("/api/accounts/books").expect(200);
    assertThat(read.text("balance")).isEqualTo("69.50");
    assertThat(read.body().path("sequence").asInt()).isEqualTo(3);
  }

  @Test
  void a_withdrawal_over_the_balance_is_a_conflict() {
    open("poor");
    shop.post("/api/accounts/poor/withdrawals", "{'amount':'0.01'}").expectProblem(409, "INSUFFICIENT_FUNDS", null);
  }

  @Test
  void a_deposit_over_the_limit_is_a_conflict() {
    open("rich");
    shop.post("/api/accounts/rich/deposits", "{'amount':'10000000000000'}").expect(200);
    shop.post("/api/accounts/rich/deposits", "{'amount':'0.01'}").expectProblem(409, "BALANCE_LIMIT", null);
  }

  @Test
  void concurrent_withdrawals_never_take_more_than_there_is() {
    open("crowded");
    shop.post("/api/accounts/crowded/deposits", "{'amount':'5'}").expect(200);
    List<Integer> statuses = IntStream.range(0, 20).parallel()
        .mapToObj(i -> shop.post("/api/accounts/crowded/withdrawals", "{'amount':1}").status()).toList();
    assertThat(statuses.stream().filter(status -> status == 200)).hasSize(5);
    assertThat(statuses.stream().filter(status -> status == 409)).hasSize(15);
    assertThat(shop.get("/api/accounts/crowded").text("balance")).isEqualTo("0.00");
  }

  @Test
  void an_unknown_account_is_not_found() {
    shop.get("/api/accounts/nobodys").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.post("/api/accounts/nobodys/deposits", "{'amount':1}").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.post("/api/accounts/nobodys/withdrawals", "{'amount':1}").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a%20b", "a%7Cb", "%00", "%F0%9F%8D%B5",
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})
  void what_cannot_be_an_id_names_the_place_of_it(String id) {
    shop.get("/api/accounts/" + id).expectProblem(400, "INVALID_FIELD", "accountId");
    shop.post("/api/accounts/" + id + "/deposits", "{'amount':1}").expectProblem(400, "INVALID_FIELD", "accountId");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{}|MISSING_FIELD|currency", "{'currency':null}|MISSING_FIELD|currency", "{'currency':'eur'}|INVALID_FIELD|currency",
      "{'currency':978}|INVALID_FIELD|currency", "{'currency':'XXX'}|INVALID_FIELD|currency",
      "{'accountId':'','currency':'EUR'}|INVALID_FIELD|accountId", "{'accountId':'a b','currency':'EUR'}|INVALID_FIELD|accountId",
      "{'accountId':7,'currency':'EUR'}|INVALID_FIELD|accountId", "{'ownerId':'a/b','currency':'EUR'}|INVALID_FIELD|ownerId",
      "{'ownerId':{},'currency':'EUR'}|INVALID_FIELD|ownerId", "{'currency':'EUR','balance':1}|UNKNOWN_FIELD|balance",
      "{'currency':'EUR','currency':'EUR'}|DUPLICATE_FIELD|currency", "[]|MALFORMED_JSON|", "{'currency'|MALFORMED_JSON|"})
  void a_wrong_opening_is_refused(String body, String code, String field) {
    shop.post("/api/accounts", body).expectProblem(400, code, field);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{}|MISSING_FIELD|amount", "{'amount':null}|MISSING_FIELD|amount", "{'amount':0}|INVALID_FIELD|amount",
      "{'amount':-1}|INVALID_FIELD|amount", "{'amount':'-0.01'}|INVALID_FIELD|amount", "{'amount':0.001}|INVALID_FIELD|amount",
      "{'amount':'1.234'}|INVALID_FIELD|amount", "{'amount':1e999999999}|INVALID_FIELD|amount",
      "{'amount':1e-999999999}|INVALID_FIELD|amount", "{'amount':100e2147483640}|INVALID_FIELD|amount",
      "{'amount':99999999999999999999}|INVALID_FIELD|amount", "{'amount':'10000000000000.01'}|INVALID_FIELD|amount",
      "{'amount':'one'}|INVALID_FIELD|amount", "{'amount':''}|INVALID_FIELD|amount", "{'amount':true}|INVALID_FIELD|amount",
      "{'amount':[1]}|INVALID_FIELD|amount", "{'amount':1,'reference':''}|INVALID_FIELD|reference",
      "{'amount':1,'reference':7}|INVALID_FIELD|reference", "{'amount':1,'reference':'o-1/charge-payment'}|INVALID_FIELD|reference",
      "{'amount':1,'currency':'EUR'}|UNKNOWN_FIELD|currency", "{'amount':1,'amount':2}|DUPLICATE_FIELD|amount",
      "|MALFORMED_JSON|", "null|MALFORMED_JSON|", "{'amount':1e99999999999}|MALFORMED_JSON|", "{'amount':NaN}|MALFORMED_JSON|"})
  void a_wrong_movement_is_refused(String body, String code, String field) {
    open("strict");
    shop.post("/api/accounts/strict/deposits", body == null ? "" : body).expectProblem(400, code, field);
    shop.post("/api/accounts/strict/withdrawals", body == null ? "" : body).expectProblem(400, code, field);
    assertThat(shop.get("/api/accounts/strict").text("balance")).isEqualTo("0.00");
  }

  @Test
  void a_body_that_is_no_json_or_too_large_is_refused() {
    shop.post("/api/accounts", "{'currency':'EUR'}", "Content-Type", "text/plain")
        .expectProblem(415, "UNSUPPORTED_MEDIA_TYPE", null);
    for (int size : new int[] {70_000, 1_000_000}) {
      shop.post("/api/accounts", "{'currency':'EUR','ownerId':'" + "x".repeat(size) + "'}").expectProblem(413, "BODY_TOO_LARGE", null);
    }
  }

  @Test
  void other_methods_and_places_are_refused() {
    shop.get("/api/accounts").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.send("DELETE", "/api/accounts/x", null).expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.put("/api/accounts/x/deposits", "{}").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/accounts/x/elsewhere").expectProblem(404, "NOT_FOUND", null);
    shop.post("/api/accounts/x/deposits/y", "{'amount':1}").expectProblem(404, "NOT_FOUND", null);
  }

  private static void open(String id) {
    shop.post("/api/accounts", "{'accountId':'" + id + "','currency':'EUR'}").expect(201);
  }
}
