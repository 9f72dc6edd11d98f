package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What holds for every part of the HTTP contract, through a whole node on each database. */
class ContractFlowSpec extends NodeOnEachDatabase {

  private static final String[] LISTS = {"/api/orders", "/api/users/u/orders", "/api/products", "/ops/sagas", "/api/payments",
      "/api/payments?status=QUEUED"};

  ContractFlowSpec() {
    super("");
  }

  private static String cursor(String plain) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_cursor_that_no_list_gave_is_refused() {
    String[] cursors = {"MHwA", cursor("0|a\0b"), cursor("9223372036854775807|a"), cursor("-1|a"), cursor("-9223372036854775808|"),
        cursor("0|" + "a".repeat(300)),
        cursor("0|\ud83d\ude00"), cursor("0"), cursor("|"), cursor("x|y"), "%00", "%F0%9F%98%80", "====", ""};
    for (String list : LISTS) {
      for (String cursor : cursors) {
        Answer answer = shop.get(list + (list.contains("?") ? "&" : "?") + "cursor=" + cursor);
        assertThat(answer.status()).as("%s with the cursor %s: %s", list, cursor, answer.body()).isEqualTo(400);
        answer.expectProblem(400, "INVALID_FIELD", "cursor");
      }
    }
  }

  @Test
  void parameters_that_can_not_be_meant_are_refused() {
    for (String path : new String[] {"/api/orders?customerId=%00", "/api/orders?status=%00", "/ops/sagas?state=%00", "/api/payments?status=%00",
        "/api/orders?limit=%00", "/api/accounts/a?at=%00", "/api/accounts/a?atSequence=%00", "/api/orders/o/events?from=%00",
        "/api/orders/%00", "/api/users/%00",
        "/api/products/%00", "/api/carts/%00", "/api/payments/%00", "/api/shipments/%00", "/api/transfers/%00", "/api/orders/%ED%A0%80"}) {
      assertThat(shop.get(path).status()).as(path).isEqualTo(400);
    }
  }

  @Test
  void the_balance_at_the_time_of_an_event_has_the_event() {
    shop.account("timed", "1.00");
    for (int i = 0; i < 20; i++) {
      shop.post("/api/accounts/timed/deposits", "{'amount':'1.00'}").expect(200);
    }
    JsonNode events = shop.get("/api/accounts/timed/events?limit=100").expect(200).body().get("events");
    long deposits = 0;
    for (int i = 0; i < events.size(); i++) {
      deposits += events.get(i).get("type").asText().equals("DEPOSITED") ? 1 : 0;
      String at = events.get(i).get("timestamp").asText();
      boolean lastOfItsTime = i + 1 == events.size() || !events.get(i + 1).get("timestamp").asText().equals(at);
      if (lastOfItsTime) {
        assertThat(shop.get("/api/accounts/timed?at=" + at).expect(200).text("balance")).as("at %s", at).isEqualTo(deposits + ".00");
      }
    }
  }

  @Test
  void an_order_was_created_when_its_customer_was_told() {
    shop.stock("clock", 100);
    for (int i = 0; i < 5; i++) {
      Answer placed = shop.post("/api/orders", order("clock", 1, card("tok_ok"), "DE")).expect(201);
      String at = placed.text("createdAt");
      String id = placed.text("orderId");
      assertThat(shop.get("/api/orders/" + id).expect(200).text("createdAt")).isEqualTo(at);
      org.awaitility.Awaitility.await().until(() -> !shop.get("/api/orders/" + id).text("status").equals("PENDING"));
      assertThat(shop.get("/api/orders/" + id).expect(200).text("createdAt")).isEqualTo(at);
      assertThat(shop.get("/api/orders/" + id + "/events").expect(200).body().at("/events/0/timestamp").asText()).isEqualTo(at);
    }
  }

  @Test
  void ids_and_references_that_only_look_alike_when_joined_are_different_transfers() {
    shop.account("a", "10.00");
    shop.account("a:b", "10.00");
    shop.account("to", "1.00");
    String first = shop.post("/api/accounts/a/transfers", "{'to':'to','amount':'1.00','reference':'b:c'}").expect(202).text("transferId");
    String second = shop.post("/api/accounts/a:b/transfers", "{'to':'to','amount':'2.00','reference':'c'}").expect(202).text("transferId");
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void head_is_answered_as_get_without_a_body() {
    shop.stock("headed", 1);
    Awaitility.await().until(() -> shop.get("/api/products").body().toString().contains("headed")
        && shop.get("/ops/projections").body().path("projections").findValuesAsText("lagEvents").stream().allMatch("0"::equals));
    for (String path : new String[] {"/api/products/headed", "/api/products", "/api/orders/none", "/ops/stats", "/ops/breakers"}) {
      Answer get = shop.get(path);
      Answer head = shop.send("HEAD", path, null);
      assertThat(head.status()).as(path).isEqualTo(get.status());
      assertThat(head.headers().firstValue("Content-Type")).isEqualTo(get.headers().firstValue("Content-Type"));
      assertThat(head.headers().firstValue("Content-Length")).isEqualTo(get.headers().firstValue("Content-Length")).isPresent();
    }
    assertThat(node.provider().send("HEAD", "/faults", null).status()).isEqualTo(200);
    assertThat(shop.send("HEAD", "/api/accounts", null).status()).isEqualTo(405);
  }

  @Test
  void head_is_answered_at_the_management_port_too() {
    for (String path : new String[] {"/ready", "/alive", "/metrics"}) {
      Answer get = node.management().send("GET", path, null);
      Answer head = node.management().send("HEAD", path, null);
      assertThat(head.status()).as(path).isEqualTo(200);
      Set<String> names = new TreeSet<>(get.headers().map().keySet());
      assertThat(head.headers().map().keySet()).as(path).isEqualTo(names).contains("content-length", "content-type");
      if (!path.equals("/metrics")) {
        assertThat(head.headers().firstValue("Content-Length")).as(path).isEqualTo(get.headers().firstValue("Content-Length"));
      }
    }
  }

  @Test
  void the_methods_that_are_allowed_have_head_wherever_they_have_get() {
    String[][] places = {{"/api/orders", "GET", "HEAD", "POST"}, {"/api/products/x", "GET", "HEAD", "PUT"}, {"/api/accounts", "POST"},
        {"/ops/stats", "GET", "HEAD"}, {"/api/carts/c/items/x", "DELETE", "PUT"}};
    for (String[] place : places) {
      for (String method : new String[] {"PATCH", "OPTIONS"}) {
        Answer answer = shop.send(method, place[0], null);
        assertThat(answer.status()).as("%s %s", method, place[0]).isEqualTo(405);
        assertThat(String.join(", ", answer.headers().allValues("Allow")).split(", ")).as("%s %s", method, place[0])
            .containsExactlyInAnyOrder(Arrays.copyOfRange(place, 1, place.length));
      }
    }
  }

  @Test
  void the_links_to_next_pages_lead_through_a_whole_list_and_keep_its_other_parameters() {
    shop.stock("linked", 100);
    Set<String> placed = new TreeSet<>();
    for (int i = 0; i < 5; i++) {
      placed.add(shop.ended(order("linked", 1, card("tok_ok"), "DE").replace("'ada'", "'a+b@c'")).text("orderId"));
    }
    Awaitility.await().until(() -> follow("/api/orders?limit=500&customerId=a%2Bb%40c", "orders", "orderId").size() == 5);
    assertThat(follow("/api/orders?limit=2&customerId=a%2Bb%40c&status=CONFIRMED", "orders", "orderId")).containsExactlyInAnyOrderElementsOf(placed);
    assertThat(follow("/api/users/a+b@c/orders?limit=1", "orders", "orderId")).containsExactlyInAnyOrderElementsOf(placed);
    Awaitility.await().until(() -> follow("/ops/sagas?limit=500", "sagas", "sagaId").containsAll(placed));
    assertThat(follow("/ops/sagas?limit=2", "sagas", "sagaId")).containsAll(placed).doesNotHaveDuplicates();

    shop.account("li:nk+ed", "1.00");
    shop.post("/api/accounts/li:nk+ed/deposits", "{'amount':'1.00'}").expect(200);
    assertThat(follow("/api/accounts/li:nk+ed/events?limit=1", "events", "sequence")).containsExactly("1", "2", "3");
  }

  /** Follows the links from page to page, and gives the ids of the rows. */
  private List<String> follow(String path, String list, String id) {
    List<String> ids = new ArrayList<>();
    Optional<String> next = Optional.of(path);
    while (next.isPresent()) {
      Answer page = shop.get(next.get()).expect(200);
      page.body().get(list).forEach(row -> ids.add(row.get(id).asText()));
      next = page.headers().firstValue("Link").map(link -> link.substring(1, link.indexOf('>')));
    }
    return ids;
  }

  @Test
  void a_problem_is_known_by_the_id_of_its_request() {
    for (String path : new String[] {"/api/orders/none", "/api/nowhere", "/ops/sagas?limit=none"}) {
      Answer chosen = shop.send("GET", path, null, "X-Request-Id", "order/17:a");
      assertThat(chosen.headers().allValues("X-Request-Id")).containsExactly("order/17:a");
      assertThat(chosen.text("instance")).isEqualTo("order%2F17%3Aa");
      Answer random = shop.get(path);
      assertThat(random.headers().allValues("X-Request-Id")).containsExactly(random.text("instance"));
      assertThat(random.text("instance")).hasSize(36);
    }
  }

  @Test
  void a_country_without_postal_codes_needs_none() {
    shop.stock("abroad", 100);
    String address = "{'name':'N','street':'S','city':'C','country':'%s'}";
    for (String country : new String[] {"AE", "IE", "HK", "ie"}) {
      shop.post("/api/orders", withAddress(address.formatted(country))).expect(201);
    }
    shop.post("/api/orders", withAddress(address.formatted("DE"))).expectProblem(400, "MISSING_FIELD", "shippingAddress.postalCode");
  }

  private static String withAddress(String address) {
    String order = order("abroad", 1, card("tok_ok"), "DE");
    return order.substring(0, order.indexOf("'shippingAddress':")) + "'shippingAddress':" + address + "}";
  }
}
