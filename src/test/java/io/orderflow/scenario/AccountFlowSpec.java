package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.account.AccountService;
import io.orderflow.account.RunningAccounts;
import io.orderflow.kernel.Money;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Transfers between accounts, their history and their balances of the past, through a whole node over HTTP. */
class AccountFlowSpec extends NodeOnEachDatabase {

  AccountFlowSpec() {
    super("""
        orderflow.snapshot-every = 100
        orderflow.account.remembered-saga-references = 5
        """);
  }

  @Test
  void a_transfer_moves_money_once() {
    shop.account("ann", "100.00");
    shop.account("ben", "1.00");
    Answer placed = transfer("ann", "ben", "30.00", "t-1").expect(202);
    String id = placed.text("transferId");
    assertThat(placed.headers().firstValue("Location")).contains("/api/transfers/" + id);
    assertThat(ended(id).text("status")).isEqualTo("COMPLETED");
    assertThat(transfer("ann", "ben", "30.00", "t-1").expect(202).text("transferId")).isEqualTo(id);
    assertBalance("ann", "70.00");
    assertBalance("ben", "31.00");
    transfer("ann", "ben", "31.00", "t-1").expectProblem(422, "REFERENCE_REUSED", null);
    assertThat(shop.get("/ops/sagas/" + id).expect(200).text("definition")).isEqualTo("transfer");
  }

  @Test
  void a_payment_is_given_back_however_many_others_came_after_it() {
    shop.stock("pen", 100);
    shop.account("hot", "1000.00");
    AccountService accounts = RunningAccounts.of(node.system());
    pay(accounts, 10000, "early/charge-payment");
    for (int i = 0; i < 20; i++) {
      pay(accounts, 100, "later-" + i + "/charge-payment");
    }
    assertBalance("hot", "880.00");
    payBack(accounts, "early/charge-payment");
    assertBalance("hot", "980.00");
    payBack(accounts, "early/charge-payment");
    payBack(accounts, "later-0/charge-payment");
    payBack(accounts, "never/charge-payment");
    assertBalance("hot", "981.00");
  }

  private static void pay(AccountService accounts, int cents, String reference) {
    accounts.pay("hot", new Money(cents, "EUR"), reference, Instant.now().plusSeconds(60), null, null).toCompletableFuture().join();
  }

  private static void payBack(AccountService accounts, String reference) {
    accounts.payBack("hot", reference).toCompletableFuture().join();
  }

  @Test
  void a_transfer_that_can_not_be_made_leaves_everything_as_it_was() {
    shop.account("poor", "10.00");
    shop.account("other", "5.00");
    shop.post("/api/accounts", "{'accountId':'dollars','currency':'USD'}").expect(201);
    assertFails(transfer("poor", "other", "10.01", "a"), "INSUFFICIENT_FUNDS");
    assertFails(transfer("poor", "nobody", "1.00", "b"), "ACCOUNT_NOT_FOUND");
    assertFails(transfer("poor", "dollars", "1.00", "c"), "CURRENCY_MISMATCH");
    assertBalance("poor", "10.00");
    assertBalance("other", "5.00");
  }

  @Test
  void a_transfer_that_can_not_be_meant_is_refused_at_once() {
    shop.account("sender", "10.00");
    transfer("sender", "sender", "1.00", "a").expectProblem(400, "INVALID_FIELD", "to");
    transfer("sender", "x", "0", "a").expectProblem(400, "INVALID_FIELD", "amount");
    transfer("sender", "x", "1.001", "a").expectProblem(400, "INVALID_FIELD", "amount");
    transfer("unknown", "x", "1.00", "a").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.post("/api/accounts/sender/transfers", "{'to':'x'}").expectProblem(400, "MISSING_FIELD", "amount");
    shop.get("/api/transfers/unknown").expectProblem(404, "TRANSFER_NOT_FOUND", null);
  }

  @Test
  void transfers_in_circles_neither_make_nor_lose_money() {
    List<String> circle = List.of("east", "south", "west");
    circle.forEach(account -> shop.account(account, "20.00"));
    List<CompletableFuture<String>> placed = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      String from = circle.get(i % 3);
      String to = circle.get((i + 1 + i / 3 % 2) % 3);
      String amount = 1 + i % 9 + ".00";
      placed.add(CompletableFuture.supplyAsync(() -> transfer(from, to, amount, null).expect(202).text("transferId"), clients));
    }
    placed.forEach(transfer -> ended(transfer.join()));
    int sum = circle.stream().mapToInt(account -> Integer.parseInt(shop.get("/api/accounts/" + account).text("balance").replace(".", "")))
        .sum();
    assertThat(sum).isEqualTo(6000);
  }

  @Test
  void an_accounts_events_are_its_history_and_its_balance_is_known_at_any_of_them() {
    shop.post("/api/accounts", "{'accountId':'past','ownerId':'ada','currency':'EUR'}").expect(201);
    shop.post("/api/accounts/past/deposits", "{'amount':'100','reference':'d-1'}").expect(200);
    shop.post("/api/accounts/past/withdrawals", "{'amount':'30'}").expect(200);
    JsonNode events = shop.get("/api/accounts/past/events").expect(200).body().path("events");
    assertThat(texts(events, "type")).containsExactly("OPENED", "DEPOSITED", "WITHDRAWN");
    assertThat(texts(events, "sequence")).containsExactly("1", "2", "3");
    assertThat(texts(events, "aggregateId")).containsOnly("past");
    assertThat(events.get(0).path("data").path("ownerId").asText()).isEqualTo("ada");
    assertThat(events.get(1).path("data").path("amount").asText()).isEqualTo("100.00");
    assertThat(events.get(1).path("data").path("reference").asText()).isEqualTo("d-1");
    assertBalance("past", "70.00");
    assertThat(shop.get("/api/accounts/past?atSequence=2").expect(200).text("balance")).isEqualTo("100.00");
    assertThat(shop.get("/api/accounts/past?at=" + events.get(1).path("timestamp").asText()).expect(200).text("balance"))
        .as("an event counts at its own time").isIn("100.00", "70.00");
    assertThat(shop.get("/api/accounts/past?at=2099-01-01T00:00:00Z").expect(200).text("balance")).isEqualTo("70.00");
    assertThat(shop.get("/api/accounts/past?at=%2B1000000000-12-31T23:59:59.999999999Z").expect(200).text("balance")).isEqualTo("70.00");
    shop.get("/api/accounts/past?at=2001-01-01T00:00:00Z").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.get("/api/accounts/past?atSequence=4").expectProblem(404, "EVENT_NOT_FOUND", null);
    shop.get("/api/accounts/past?atSequence=0").expectProblem(400, "INVALID_FIELD", "atSequence");
    shop.get("/api/accounts/past?at=yesterday").expectProblem(400, "INVALID_FIELD", "at");
    shop.get("/api/accounts/past?at=2099-01-01T00:00:00Z&atSequence=1").expectProblem(400, "INVALID_FIELD", "at");
  }

  @Test
  void a_long_history_is_read_page_by_page_also_past_snapshots() {
    shop.account("busy", "1.00");
    List<CompletableFuture<Answer>> deposits = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      deposits.add(CompletableFuture.supplyAsync(() -> shop.post("/api/accounts/busy/deposits", "{'amount':'0.01'}"), clients));
    }
    deposits.forEach(deposit -> deposit.join().expect(200));
    List<String> sequences = new ArrayList<>();
    String from = "1";
    while (!from.equals("null")) {
      JsonNode page = shop.get("/api/accounts/busy/events?limit=128&from=" + from).expect(200).body();
      sequences.addAll(texts(page.path("events"), "sequence"));
      from = page.path("next").asText();
    }
    assertThat(sequences).hasSize(302).doesNotHaveDuplicates().startsWith("1", "2").endsWith("302");
    assertThat(shop.get("/api/accounts/busy?atSequence=102").text("balance")).isEqualTo("2.00");
    node.restart();
    assertBalance("busy", "4.00");
    shop.get("/api/accounts/nobody/events").expectProblem(404, "ACCOUNT_NOT_FOUND", null);
    shop.get("/api/accounts/busy/events?limit=501").expectProblem(400, "INVALID_FIELD", "limit");
    shop.get("/api/accounts/busy/events?from=0").expectProblem(400, "INVALID_FIELD", "from");
  }

  @Test
  void an_orders_events_are_its_history() {
    shop.stock("tea", 1);
    String confirmed = shop.ended(order("tea", 1, card("tok_1"), "DE")).text("orderId");
    String cancelled = shop.ended(order("tea", 1, card("tok_1"), "DE")).text("orderId");
    JsonNode events = shop.get("/api/orders/" + confirmed + "/events").expect(200).body();
    assertThat(texts(events.path("events"), "type")).containsExactly("CREATED", "CONFIRMED");
    assertThat(events.path("next").isNull()).isTrue();
    assertThat(events.at("/events/0/data/total").asText()).isEqualTo("3.50");
    assertThat(events.at("/events/0/data/items/0/sku").asText()).isEqualTo("tea");
    assertThat(events.at("/events/1/data/transactionId").asText()).startsWith("tx_");
    JsonNode other = shop.get("/api/orders/" + cancelled + "/events").expect(200).body().path("events");
    assertThat(texts(other, "type")).containsExactly("CREATED", "CANCELLED");
    assertThat(other.get(1).path("data").path("reason").asText()).isEqualTo("OUT_OF_STOCK");
    shop.get("/api/orders/unknown/events").expectProblem(404, "ORDER_NOT_FOUND", null);
  }

  private Answer transfer(String from, String to, String amount, String reference) {
    return shop.post("/api/accounts/" + from + "/transfers", "{'to':'" + to + "','amount':'" + amount + "'"
        + (reference == null ? "" : ",'reference':'" + reference + "'") + "}");
  }

  private Answer ended(String transferId) {
    return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
        .until(() -> shop.get("/api/transfers/" + transferId).expect(200), transfer -> !transfer.text("status").equals("PENDING"));
  }

  private void assertFails(Answer placed, String reason) {
    Answer transfer = ended(placed.expect(202).text("transferId"));
    assertThat(transfer.text("status")).isEqualTo("FAILED");
    assertThat(transfer.text("reason")).isEqualTo(reason);
  }

  private void assertBalance(String account, String balance) {
    assertThat(shop.get("/api/accounts/" + account).expect(200).text("balance")).isEqualTo(balance);
  }

  private static List<String> texts(JsonNode items, String field) {
    return StreamSupport.stream(items.spliterator(), false).map(item -> item.path(field).asText()).toList();
  }
}
