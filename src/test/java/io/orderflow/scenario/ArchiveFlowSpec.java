package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.account;
import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.ClusterShardingQuery;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.journal.Database;
import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A node whose journal goes to the archive as soon as it may: what clients see stays as it was. */
class ArchiveFlowSpec extends NodeOnEachDatabase {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  ArchiveFlowSpec() {
    super("""
        orderflow.snapshot-every = 20
        orderflow.archive { after = 1ms, interval = 20ms }
        orderflow.sagas.keep-in-memory = 100ms
        orderflow.sagas.compensation-defaults { max-attempts = 3, max-backoff = 200ms }
        akka.cluster.sharding.passivation.by-age.idle-entity.timeout = 1s
        """);
  }

  @Test
  void an_order_that_has_ended_is_answered_as_ever() {
    shop.stock("tea", 5);
    String confirmed = shop.ended(order("tea", 2, card("tok_1"), "DE")).text("orderId");
    String cancelled = shop.ended(order("tea", 2, card("tok_1"), "ZZ")).text("orderId");
    List<String> paths = Stream.concat(Stream.of(confirmed, cancelled).flatMap(id -> Stream.of("/api/orders/" + id,
        "/api/orders/" + id + "/events", "/api/orders/" + id + "/saga", "/api/payments/" + id, "/ops/sagas/" + id)),
        Stream.of("/api/shipments/" + confirmed, "/api/orders?customerId=ada&limit=1")).toList();
    awaitSaga(confirmed, "COMPLETED");
    awaitSaga(cancelled, "COMPENSATED");
    List<JsonNode> before = paths.stream().map(path -> shop.get(path).body()).toList();
    awaitArchived("saga-order|" + confirmed, "saga-order|" + cancelled);
    assertThat(number("SELECT COUNT(*) FROM sagas WHERE saga_id = ?", confirmed)).isZero();
    awaitOutOfMemory(confirmed);
    awaitOutOfMemory(cancelled);
    assertThat(paths.stream().map(path -> shop.get(path).expect(200).body()).toList()).isEqualTo(before);
    shop.post("/api/orders/" + confirmed + "/cancel", "").expectProblem(409, "ALREADY_SHIPPED", null);
    shop.post("/api/orders/" + cancelled + "/cancel", "").expect(202);
    shop.post("/ops/sagas/" + cancelled + "/retry", "").expectProblem(409, "NOTHING_TO_RETRY", null);
    shop.get("/api/orders/unknown/saga").expectProblem(404, "ORDER_NOT_FOUND", null);
  }

  @Test
  void an_idempotency_key_of_an_archived_order_makes_no_second_one() {
    shop.stock("pot", 5);
    String body = order("pot", 1, card("tok_1"), "DE");
    String id = shop.post("/api/orders", body, "Idempotency-Key", "k-1").expect(201).text("orderId");
    awaitArchived("saga-order|" + id);
    awaitOutOfMemory(id);
    Answer again = shop.post("/api/orders", body, "Idempotency-Key", "k-1").expect(201);
    assertThat(again.text("orderId")).isEqualTo(id);
    assertThat(again.text("status")).isEqualTo("CONFIRMED");
    shop.post("/api/orders", order("pot", 2, card("tok_1"), "DE"), "Idempotency-Key", "k-1")
        .expectProblem(422, "IDEMPOTENCY_KEY_REUSED", null);
    assertThat(shop.get("/api/products/pot").text("available")).isEqualTo("4");
    shop.account("giver", "10.00");
    shop.account("taker", "1.00");
    String transfer = "{'to':'taker','amount':'3.00','reference':'t-1'}";
    String transferId = shop.post("/api/accounts/giver/transfers", transfer).expect(202).text("transferId");
    awaitArchived("saga-transfer|" + transferId);
    assertThat(shop.post("/api/accounts/giver/transfers", transfer).expect(202).text("status")).isEqualTo("COMPLETED");
    assertThat(shop.get("/api/accounts/giver").text("balance")).isEqualTo("7.00");
  }

  @Test
  void what_lives_on_goes_on_with_its_numbers_and_its_past() {
    shop.account("busy", "1.00");
    shop.stock("leaf", 1);
    for (int i = 0; i < 100; i++) {
      shop.post("/api/accounts/busy/deposits", "{'amount':'0.01'}").expect(200);
      shop.post("/api/products/leaf/restocks", "{'quantity':1}").expect(200);
    }
    Awaitility.await().atMost(PATIENCE).until(() -> count("event_journal", "account|busy") < 50 && count("event_journal", "product|leaf") < 50);
    assertThat(count("event_archive", "account|busy")).isGreaterThan(50);
    assertThat(sequences("/api/accounts/busy/events?limit=500")).containsExactlyElementsOf(
        IntStream.rangeClosed(1, 102).mapToObj(Integer::toString).toList());
    assertThat(shop.get("/api/accounts/busy?atSequence=12").expect(200).text("balance")).isEqualTo("1.10");
    assertThat(shop.get("/api/accounts/busy?at=2099-01-01T00:00:00Z").expect(200).text("balance")).isEqualTo("2.00");
    node.restart();
    assertThat(shop.post("/api/accounts/busy/deposits", "{'amount':'0.01'}").expect(200).text("sequence")).isEqualTo("103");
    assertThat(shop.get("/api/accounts/busy?atSequence=103").expect(200).text("balance")).isEqualTo("2.01");
    assertThat(shop.post("/api/products/leaf/restocks", "{'quantity':1}").expect(200).text("available")).isEqualTo("102");
  }

  @Test
  void rebuilt_views_are_the_same_also_while_events_move() {
    shop.stock("cup", 1000);
    shop.account("rich", "10000.00");
    List<CompletableFuture<Answer>> placed = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 40; i++) {
        String body = order("cup", 1, account("rich"), i % 5 == 0 ? "ZZ" : "DE");
        placed.add(CompletableFuture.supplyAsync(() -> shop.post("/api/orders", body).expect(201)));
      }
      rebuild("orders");
      rebuild("products");
    }
    placed.forEach(order -> shop.awaitEnd(order.join().text("orderId")));
    Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/ops/stats").text("pending"), "0"::equals);
    awaitArchived("saga-order|" + placed.get(0).join().text("orderId"));
    String stats = shop.get("/ops/stats").body().toString();
    JsonNode orders = shop.get("/api/orders?limit=100").body();
    JsonNode products = shop.get("/api/products").body();
    rebuild("orders");
    rebuild("products");
    assertThat(shop.get("/ops/stats").body()).hasToString(stats);
    assertThat(shop.get("/api/orders?limit=100").body()).isEqualTo(orders);
    assertThat(shop.get("/api/products").body()).isEqualTo(products);
  }

  @Test
  void what_still_moves_stays() {
    shop.stock("jar", 5);
    node.provider().put("/faults", "{'outage':true}").expect(200);
    String waiting = shop.post("/api/orders", order("jar", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/api/payments/" + waiting).status() == 200);
    String undone = shop.post("/api/orders", order("jar", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/api/payments/" + undone).text("status"), "QUEUED"::equals);
    shop.post("/api/orders/" + undone + "/cancel", "").expect(202);
    assertThat(shop.awaitEnd(undone).text("status")).isEqualTo("CANCELLED");
    String other = shop.ended(order("nothing", 1, card("tok_1"), "DE")).text("orderId");
    awaitArchived("saga-order|" + other);
    assertThat(count("event_archive", "saga-order|" + waiting)).isZero();
    assertThat(count("event_archive", "saga-order|" + undone)).isZero();
    node.provider().put("/faults", "{}").expect(200);
    assertThat(shop.awaitEnd(waiting).text("status")).isEqualTo("CONFIRMED");
    awaitArchived("saga-order|" + undone, "saga-order|" + waiting);
    assertThat(shop.get("/api/payments/" + undone).expect(200).text("status")).isEqualTo("REFUNDED");
  }

  private void awaitSaga(String id, String state) {
    Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/api/orders/" + id + "/saga").text("state"), state::equals);
  }

  /** Until no actor of the order answers from what it still remembers. */
  private void awaitOutOfMemory(String orderId) {
    for (String type : List.of("order", "payment", "shipment", "saga-order")) {
      Awaitility.await().atMost(PATIENCE).until(() -> inMemory(type), ids -> !ids.contains(orderId));
    }
  }

  private Set<String> inMemory(String type) {
    ActorSystem<?> system = node.system();
    CurrentShardRegionState region = AskPattern.<ClusterShardingQuery, CurrentShardRegionState>ask(
        ClusterSharding.get(system).shardState(), replyTo -> new GetShardRegionState(EntityTypeKey.create(Object.class, type), replyTo),
        Duration.ofSeconds(5), system.scheduler()).toCompletableFuture().join();
    Set<String> ids = new HashSet<>();
    region.getShards().forEach(shard -> ids.addAll(shard.getEntityIds()));
    return ids;
  }

  private void rebuild(String view) {
    long generation = generation(view);
    shop.post("/ops/projections/" + view + "/rebuild", "").expect(202);
    Awaitility.await().atMost(PATIENCE).until(() -> generation(view) > generation);
  }

  private long generation(String view) {
    for (JsonNode projection : shop.get("/ops/projections").expect(200).body().path("projections")) {
      assertThat(projection.path("state").asText()).isIn("RUNNING", "REBUILDING");
      assertThat(projection.path("parked").asInt(-1)).isZero();
      if (projection.path("name").asText().equals(view)) {
        return projection.path("generation").asLong();
      }
    }
    throw new IllegalStateException(view);
  }

  private List<String> sequences(String path) {
    List<String> sequences = new ArrayList<>();
    shop.get(path).expect(200).body().path("events").forEach(event -> sequences.add(event.path("sequence").asText()));
    return sequences;
  }

  private void awaitArchived(String... persistenceIds) {
    Awaitility.await().atMost(PATIENCE).until(() -> Stream.of(persistenceIds)
        .allMatch(id -> count("event_archive", id) > 0 && count("event_journal", id) == 0));
  }

  private long count(String table, String persistenceId) {
    return number("SELECT COUNT(*) FROM " + table + " WHERE persistence_id = ?", persistenceId);
  }

  private long number(String sql, String value) {
    try {
      return Database.of(node.system()).transaction(connection -> {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
          select.setString(1, value);
          try (ResultSet found = select.executeQuery()) {
            found.next();
            return found.getLong(1);
          }
        }
      });
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
