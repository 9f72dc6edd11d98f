package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.typesafe.config.ConfigFactory;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in files are exchanged while a node runs. */
class KeyRotationSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String FIRST = line("first", 1);
  private static final String SECOND = line("second", 2);

  @TempDir
  private Path folder;
  private Path keys;

  private static String line(String id, int filling) {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) filling);
    return id + " " + Base64.getEncoder().encodeToString(key) + "\n";
  }

  /** As a secret store does it. */
  private void write(String... lines) throws IOException {
    Path beside = Files.writeString(folder.resolve("keys.new"), String.join("", lines));
    Files.move(beside, keys, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String order(String person) {
    return ShopClient.order("tea", 1, card("tok_visa"), "DE").replace("'customerId':'ada'", "'customerId':'" + person + "'");
  }

  private static List<String> keysInUse(TestNode node) {
    return Database.of(node.system()).async(connection -> Sql.select(connection,
        "SELECT DISTINCT key_id FROM person_keys WHERE secret IS NOT NULL ORDER BY key_id", row -> row.getString(1))).toCompletableFuture().join();
  }

  private static void awaitNewPersonsWith(TestNode node, ShopClient shop, String key, String prefix) {
    int[] persons = {0};
    Awaitility.await().atMost(PATIENCE).until(() -> {
      shop.post("/api/users", "{'userId':'" + prefix + persons[0]++ + "','name':'Zoe','email':'zoe@example.com'}").expect(201);
      return keysInUse(node).contains(key);
    });
  }

  @Test
  void the_keys_are_exchanged_while_orders_run() throws Exception {
    keys = folder.resolve("keys");
    write(FIRST);
    try (TestNode node = TestNode.start(folder.resolve("data"), ConfigFactory.parseString("orderflow.encryption.keys-file = \"" + keys
        + "\"\norderflow.payment.breaker.open = 200ms"))) {
      ShopClient shop = node.shop();
      shop.stock("tea", 100_000);
      shop.post("/api/users", "{'userId':'ada','name':'Ada','email':'ada@example.com'}").expect(201);
      String old = shop.ended(order("ada")).text("orderId");
      assertThat(keysInUse(node)).containsExactly("first");

      Queue<String> placed = new ConcurrentLinkedQueue<>();
      Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
      AtomicBoolean over = new AtomicBoolean();
      Thread client = new Thread(() -> {
        for (int i = 0; !over.get(); i++) {
          try {
            placed.add(shop.post("/api/orders", order("person-" + i % 50)).expect(201).text("orderId"));
            TimeUnit.MILLISECONDS.sleep(20);
          } catch (Throwable failure) {
            failures.add(failure);
          }
        }
      });
      client.start();
      try {
        node.provider().put("/faults", "{'outage':true}").expect(200);
        String waiting = shop.post("/api/orders", order("ada")).expect(201).text("orderId");
        Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/api/payments/" + waiting).text("status"), "QUEUED"::equals);
        // Malformed: the key before stays in use.
        write(FIRST, "second short\n");
        TimeUnit.SECONDS.sleep(2);
        write(SECOND, FIRST);
        awaitNewPersonsWith(node, shop, "second", "new-");
        Awaitility.await().atMost(PATIENCE).until(() -> keysInUse(node), List.of("second")::equals);
        node.provider().put("/faults", "{}").expect(200);
        assertThat(shop.awaitEnd(waiting).text("status")).as("its token was sealed with the first key").isEqualTo("CONFIRMED");
      } finally {
        over.set(true);
        client.join();
      }
      assertThat(failures).isEmpty();
      placed.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));

      write(SECOND);
      node.restart();
      assertThat(shop.read("/api/users/ada").expect(200).text("email")).isEqualTo("ada@example.com");
      assertThat(shop.read("/api/orders/" + old).expect(200).body().path("shippingAddress").path("street").asText()).isEqualTo("1 Main St");
      assertThat(shop.ended(order("ada")).text("status")).isEqualTo("CONFIRMED");
    }
  }

  @Test
  void the_issuers_keys_in_a_file_are_exchanged_and_a_bad_file_changes_nothing() throws Exception {
    keys = folder.resolve("jwks.json");
    try (TestIssuer issuer = new TestIssuer()) {
      write(jwks(issuer));
      try (TestNode node = TestNode.start(folder.resolve("data"), ConfigFactory.parseString("orderflow.security.jwks = \"" + keys + "\"")
          .withFallback(issuer.settings()))) {
        String first = issuer.bearer("ada");
        await(node, first, 200);
        write("{\"keys\": [");
        TimeUnit.SECONDS.sleep(2);
        await(node, issuer.bearer("bob"), 200);
        issuer.rotate("second");
        await(node, issuer.bearer("ada"), 401);
        write(jwks(issuer));
        await(node, issuer.bearer("ada"), 200);
        await(node, first, 401);
      }
    }
  }

  private static String jwks(TestIssuer issuer) {
    return new JWKSet(issuer.key().toPublicJWK()).toString();
  }

  private static void await(TestNode node, String bearer, int status) {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> node.shop().as(bearer).get("/api/products").status(), Integer.valueOf(status)::equals);
  }
}
