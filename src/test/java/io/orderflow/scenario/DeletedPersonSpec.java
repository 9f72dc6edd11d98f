package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A person's data and card tokens: unreadable in every table, shown to those who may, and gone after the person's deletion. */
class DeletedPersonSpec extends NodeOnEachDatabase {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String[] PERSONAL = {"Zelda Quux", "zelda@quux.example", "77 Hidden Row", "Quuxville", "Q7Z 9XX"};
  private static final String TOKEN = "tok_zzsecret";
  private static final String DELETED = "[deleted]";

  DeletedPersonSpec() {
    super("""
        orderflow.archive { after = 1ms, interval = 20ms }
        orderflow.sagas.keep-in-memory = 100ms
        orderflow.payment.breaker.open = 100ms
        akka.cluster.sharding.passivation.by-age.idle-entity.timeout = 1s
        orderflow.encryption.keys-file = "%s"
        """.formatted(keys()));
  }

  private static Path keys() {
    try {
      return Files.writeString(Files.createTempFile("keys", ".txt"), "k1 " + "A".repeat(43) + "=\n");
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private void register(String person) {
    shop.post("/api/users", "{'userId':'" + person + "','name':'Zelda Quux','email':'zelda@quux.example'}").expect(201);
  }

  private static String order(String person, String country) {
    return ShopClient.order("tea", 1, card(TOKEN), country).replace("'customerId':'ada'", "'customerId':'" + person + "'")
        .replace("'name':'Ada','street':'1 Main St','city':'Berlin','postalCode':'10115'",
            "'name':'Zelda Quux','street':'77 Hidden Row','city':'Quuxville','postalCode':'Q7Z 9XX'");
  }

  private void delete(String person) {
    assertThat(shop.send("DELETE", "/api/users/" + person, null).status()).isEqualTo(204);
  }

  private <T> T database(Sql.Work<T> work) {
    return Database.of(node.system()).async(work).toCompletableFuture().join();
  }

  /** The tables and columns of the database in whose rows one of the texts stands in clear. */
  private List<String> tablesWith(String... texts) {
    return database(connection -> {
      List<String> found = new ArrayList<>();
      List<String> columns = Sql.select(connection, "SELECT table_name, column_name FROM information_schema.columns WHERE LOWER(table_schema) = 'public'"
          + " AND LOWER(table_name) NOT LIKE 'flyway%'", row -> row.getString(1) + "." + row.getString(2));
      assertThat(columns).hasSizeGreaterThan(50);
      for (String column : columns) {
        if (holds(connection, column, texts)) {
          found.add(column);
        }
      }
      return found;
    });
  }

  private static boolean holds(Connection connection, String column, String... texts) throws SQLException {
    String table = column.substring(0, column.indexOf('.'));
    return Sql.select(connection, "SELECT \"" + column.substring(column.indexOf('.') + 1) + "\" FROM \"" + table + "\"", row -> {
      Object value = row.getObject(1);
      return value instanceof String text ? text : value instanceof byte[] || value instanceof java.sql.Blob
          ? new String(row.getBytes(1), StandardCharsets.ISO_8859_1) : String.valueOf(value);
    }).stream().anyMatch(row -> {
      for (String text : texts) {
        if (row.contains(text)) {
          return true;
        }
      }
      return false;
    });
  }

  private void rebuildOrders() {
    long generation = generation();
    shop.post("/ops/projections/orders/rebuild", "").expect(202);
    Awaitility.await().atMost(PATIENCE).until(() -> generation() > generation);
  }

  private long generation() {
    for (JsonNode projection : shop.get("/ops/projections").expect(200).body().path("projections")) {
      if (projection.path("name").asText().equals("orders")) {
        return projection.path("generation").asLong();
      }
    }
    throw new AssertionError("there is no projection of orders");
  }

  private void awaitArchived(String orderId) {
    Awaitility.await().atMost(PATIENCE).until(() -> database(connection ->
        Sql.exists(connection, "SELECT 1 FROM event_archive WHERE persistence_id = ?", "saga-order|" + orderId)));
  }

  private static void expectAddress(JsonNode address, String line) {
    assertThat(address.path("name").asText()).isEqualTo(line);
    assertThat(address.path("country").asText()).isEqualTo("DE");
    assertThat(address.has("sealed")).isFalse();
  }

  private void expectShown(String orderId, String line) {
    expectAddress(shop.get("/api/orders/" + orderId).expect(200).body().path("shippingAddress"), line);
    expectAddress(shop.get("/api/shipments/" + orderId).expect(200).body().path("address"), line);
    expectAddress(shop.get("/api/orders/" + orderId + "/events").expect(200).body().at("/events/0/data/shippingAddress"), line);
    JsonNode listed = shop.get("/api/orders?limit=500").expect(200).body().path("orders");
    listed.forEach(order -> {
      if (order.path("orderId").asText().equals(orderId)) {
        expectAddress(order.path("shippingAddress"), line);
      }
    });
    assertThat(listed.findValuesAsText("orderId")).contains(orderId);
  }

  /** Operators find the orders of a customer by the email. */
  private void awaitFoundByEmail(String... orders) {
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(shop.get("/ops/orders?q=zelda%40quux.example").expect(200).body()
        .path("orders").findValuesAsText("orderId")).containsExactlyInAnyOrder(orders));
  }

  @Test
  void nothing_of_a_person_or_a_card_is_stored_in_clear_and_after_the_deletion_nothing_is_shown() {
    shop.stock("tea", 100);
    register("zelda");
    String orderId = shop.ended(order("zelda", "DE")).text("orderId");
    shop.put("/api/carts/zeldas/items/tea", "{'quantity':1}").expect(200);
    String checkout = "{'customerId':'zelda','payment':" + card(TOKEN) + ",'shippingAddress':{'name':'Zelda Quux','street':'77 Hidden Row',"
        + "'city':'Quuxville','postalCode':'Q7Z 9XX','country':'DE'}}";
    ShopClient.Answer fromCart = shop.post("/api/carts/zeldas/checkout", checkout).expect(201);
    expectAddress(fromCart.body().path("shippingAddress"), "Zelda Quux");
    shop.awaitEnd(fromCart.text("orderId"));
    awaitArchived(orderId);
    assertThat(tablesWith(PERSONAL)).isEmpty();
    assertThat(tablesWith(TOKEN)).isEmpty();
    assertThat(tablesWith("zelda")).as("the search finds what is there").isNotEmpty();
    assertThat(shop.get("/api/users/zelda").expect(200).text("email")).isEqualTo("zelda@quux.example");
    expectShown(orderId, "Zelda Quux");
    awaitFoundByEmail(orderId, fromCart.text("orderId"));

    delete("zelda");
    awaitFoundByEmail();
    shop.get("/api/users/zelda").expectProblem(404, "USER_NOT_FOUND", null);
    expectShown(orderId, DELETED);
    delete("zelda");
    boolean hasKey = database(connection ->
        Sql.exists(connection, "SELECT 1 FROM person_keys WHERE person_id = ? AND secret IS NOT NULL", "zelda"));
    assertThat(hasKey).isFalse();
    rebuildOrders();
    expectShown(orderId, DELETED);
    node.restart();
    shop.read("/api/orders/" + orderId);
    expectShown(orderId, DELETED);
    shop.get("/api/users/zelda").expectProblem(404, "USER_NOT_FOUND", null);
  }

  @Test
  void orders_of_a_deleted_person_go_on_and_new_ones_with_an_address_are_refused() {
    shop.stock("tea", 100);
    node.provider().put("/faults", "{'outage':true}").expect(200);
    String shipped = shop.post("/api/orders", order("yann", "DE")).expect(201).text("orderId");
    String compensated = shop.post("/api/orders", order("yann", "ZZ")).expect(201).text("orderId");
    delete("yann");
    node.provider().put("/faults", "{}").expect(200);
    assertThat(shop.awaitEnd(shipped).text("status")).isEqualTo("CONFIRMED");
    assertThat(shop.awaitEnd(compensated).text("reason")).isEqualTo("SHIPPING_UNAVAILABLE");
    expectShown(shipped, DELETED);
    shop.post("/api/orders", order("yann", "DE")).expectProblem(409, "USER_DELETED", null);
    shop.post("/api/orders", order("yann", "DE"), "Idempotency-Key", "again").expectProblem(409, "USER_DELETED", null);
    shop.put("/api/carts/yanns/items/tea", "{'quantity':1}").expect(200);
    shop.post("/api/carts/yanns/checkout", "{'customerId':'yann','payment':" + card(TOKEN) + ",'shippingAddress':{'name':'Zelda Quux',"
        + "'street':'77 Hidden Row','city':'Quuxville','postalCode':'Q7Z 9XX','country':'DE'}}").expectProblem(409, "USER_DELETED", null);
    String collected = ShopClient.order("tea", 1, card(TOKEN), "DE").replaceFirst(",'shippingAddress':\\{[^}]*}", "").replace("'ada'", "'yann'");
    assertThat(shop.ended(collected).text("status")).isEqualTo("CONFIRMED");
  }

  @Test
  void a_repeat_with_the_same_key_finds_the_same_order_although_it_is_sealed_anew() {
    shop.stock("tea", 100);
    String id = shop.post("/api/orders", order("xena", "DE"), "Idempotency-Key", "xena-1").expect(201).text("orderId");
    assertThat(shop.post("/api/orders", order("xena", "DE"), "Idempotency-Key", "xena-1").expect(201).text("orderId")).isEqualTo(id);
    shop.post("/api/orders", order("xena", "DE").replace("77 Hidden", "78 Hidden"), "Idempotency-Key", "xena-1")
        .expectProblem(422, "IDEMPOTENCY_KEY_REUSED", null);
    shop.post("/api/orders", order("xena", "DE").replace(TOKEN, "tok_other"), "Idempotency-Key", "xena-1")
        .expectProblem(422, "IDEMPOTENCY_KEY_REUSED", null);
  }

  @Test
  void the_provider_gets_the_token_in_clear() {
    shop.stock("tea", 100);
    assertThat(shop.ended(order("will", "DE").replace(TOKEN, "tok_declined")).text("reason")).isEqualTo("PAYMENT_DECLINED");
  }
}
