package io.orderflow.bench.orders;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.bench.Failures;
import io.orderflow.testkit.ShopClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * What one of each costs, for working out what many do: an order in every table and index, an entity and a client in memory, a rebuild's
 * event; and whether archiving keeps up while orders come as fast as they can. For {@code src/bench/growth/run}; prints a table.
 */
public final class GrowthBench {

  private static final int CONNECTIONS = 64;
  private static final int ACCOUNTS = 10_000;
  private static final int CLIENTS = 50_000;
  private static final int WARM_UP_SECONDS = 10;
  /** What has ended so long ago is moved: soon enough to be seen here. */
  private static final int ARCHIVE_AFTER_SECONDS = 75;
  private static final int QUIET_SECONDS = 15;
  /** Full collections until everything weak is gone. */
  private static final int COLLECTIONS = 2;

  private static final String ROWS = "SELECT 'table ' || relname || ' ' || n_live_tup FROM pg_stat_user_tables ORDER BY 1";
  private static final String RELATIONS = "SELECT (CASE relkind WHEN 'r' THEN 'table ' ELSE 'index ' END) || relname || ' ' ||"
      + " CASE relkind WHEN 'r' THEN pg_table_size(oid) ELSE pg_relation_size(oid) END FROM pg_class"
      + " WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace ORDER BY 1";

  private final DurablePostgresql postgresql;
  private final OrderflowContender node;
  private final int seconds;

  private GrowthBench(DurablePostgresql postgresql, OrderflowContender node, int seconds) {
    this.postgresql = postgresql;
    this.node = node;
    this.seconds = seconds;
  }

  /** @param args the seconds of load without archiving and, afterwards, with it; the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    Path folder = Path.of(args[1]);
    Files.createDirectories(folder);
    try (DurablePostgresql postgresql = DurablePostgresql.start(folder, false);
        OrderflowContender node = OrderflowContender.start(postgresql, folder.resolve("orderflow"), TrivialProvider.start(), Map.of(
            "ORDERFLOW_RATE_LIMIT_REQUESTS", "100000000", "ORDERFLOW_TRUSTED_PROXIES", "127.0.0.1",
            "ORDERFLOW_ARCHIVE_AFTER", ARCHIVE_AFTER_SECONDS + "s", "ORDERFLOW_ARCHIVE_INTERVAL", "1s"))) {
      new GrowthBench(postgresql, node, Integer.parseInt(args[0])).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    System.out.println("| what | figure |\n| --- | --- |");
    memory();
    orders(WARM_UP_SECONDS);
    long before = node.placed();
    postgresql.execute(node.database(), "ANALYZE");
    Map<String, Long> rows = sizes(ROWS);
    Map<String, Long> bytes = sizes(RELATIONS);
    double rate = orders(seconds);
    print("orders/s without archiving", rate);
    long placed = node.placed() - before;
    postgresql.execute(node.database(), "ANALYZE");
    sizes(RELATIONS).forEach((name, size) -> perOrder(name + ", bytes", size - bytes.getOrDefault(name, 0L), placed));
    sizes(ROWS)
        .forEach((name, count) -> perOrder(name + ", rows", count - rows.getOrDefault(name, 0L), placed));
    rebuild();
    archiving();
  }

  private Map<String, Long> sizes(String query) throws Exception {
    Map<String, Long> sizes = new TreeMap<>();
    for (String line : postgresql.rows(node.database(), query)) {
      int end = line.lastIndexOf(' ');
      sizes.put(line.substring(0, end), Long.parseLong(line.substring(end + 1)));
    }
    return sizes;
  }

  /** What little there is of many is left out. */
  private static void perOrder(String name, long total, long orders) {
    if (total > orders / 100.0) {
      print(name + " per order", (double) total / orders);
    }
  }

  /** Live heap for each entity in memory, for each shard, and for each client of the limiter. */
  private void memory() throws Exception {
    double ready = heap();
    place(300, i -> post("/api/users", "{'userId':'u-" + i + "','name':'U','email':'u@example.org'}", ""));
    double users = heap();
    place(ACCOUNTS, i -> post("/api/accounts", "{'accountId':'a-" + i + "','currency':'EUR'}", ""));
    double accounts = heap();
    place(CLIENTS, i -> post("/api/nothing", "", "X-Forwarded-For: 10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256 + "\r\n"));
    double limited = heap();
    print("live heap of a node at rest, MB", ready);
    print("live heap of a shard with 3 entities, kB", (users - ready) * 1_000 / 100);
    print("live heap of an account in memory, kB", (accounts - users) * 1_000 / ACCOUNTS);
    print("live heap of a client of the limiter, bytes", (limited - accounts) * 1_000_000 / CLIENTS);
    print("database connections of the node", postgresql.number("postgres",
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '" + node.database() + "'"));
  }

  private double heap() throws Exception {
    double live = 0;
    for (int i = 0; i < COLLECTIONS; i++) {
      live = node.liveHeapMegabytes();
    }
    return live;
  }

  private String post(String path, String body, String headers) {
    return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + headers + "Content-Length: "
        + body.length() + "\r\n\r\n" + body.replace('\'', '"');
  }

  /** Sends each of so many requests once. */
  private void place(int count, IntFunction<String> request) throws InterruptedException {
    List<Thread> clients = IntStream.range(0, CONNECTIONS).mapToObj(client -> new Thread(() -> {
      try (Wire wire = Wire.to(node.ports().get(0), 0)) {
        for (int i = client; i < count; i += CONNECTIONS) {
          wire.send(request.apply(i).getBytes(StandardCharsets.US_ASCII));
          wire.receive();
        }
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    })).toList();
    clients.forEach(Thread::start);
    for (Thread client : clients) {
      client.join();
    }
  }

  /** Places orders for a while as fast as they are confirmed; answers how many a second. */
  private double orders(int howLong) throws Exception {
    byte[][] requests = IntStream.range(0, Contender.PRODUCTS).mapToObj(i -> post("/api/orders",
        ShopClient.order(Contender.PRODUCT + i, 1, ShopClient.card("tok_visa"), "DE").replace("'ada'", "'customer-" + i + "'"),
        "Prefer: wait=10\r\n").getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
    Load.Result result = Load.closedLoop(node, requests, CONNECTIONS, howLong).await();
    node.settle(result.placed());
    return result.rate();
  }

  private void rebuild() throws Exception {
    long events = node.placed() * 2;
    long began = System.nanoTime();
    node.shop().post("/ops/projections/orders/rebuild", "").expect(202);
    Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(50)).until(() -> {
      for (JsonNode view : node.shop().get("/ops/projections").expect(200).body().path("projections")) {
        if (view.path("name").asText().equals("orders")) {
          return view.path("state").asText().equals("RUNNING");
        }
      }
      return false;
    });
    double took = (System.nanoTime() - began) / 1e9;
    print("orders' events that a rebuild takes in, per second", events / took);
    print("journal events that it reads meanwhile, per second", (journal() + archived()) / took);
  }

  /** Orders as fast as they can while what has ended is moved; the journal stops growing when as much leaves it as comes. */
  private void archiving() throws Exception {
    long moved = archived();
    long began = System.nanoTime();
    double rate = 0;
    int parts = 3;
    for (int i = 0; i < parts; i++) {
      rate += orders(seconds) / parts;
    }
    double took = (System.nanoTime() - began) / 1e9;
    print("orders/s while events are archived", rate);
    print("events archived meanwhile, per second", (archived() - moved) / took);
    long then = archived();
    TimeUnit.SECONDS.sleep(QUIET_SECONDS);
    print("events archived without other load, per second", (archived() - then) / (double) QUIET_SECONDS);
    print("event_archive with its indices, bytes per event", (double) postgresql.number(node.database(),
        "SELECT pg_total_relation_size('event_archive')") / archived());
    postgresql.rows(node.database(), "SELECT relname || ': rows ' || n_live_tup || ', dead ' || n_dead_tup || ', MB '"
        + " || pg_table_size(relid) / 1000000 || ', vacuums ' || (vacuum_count + autovacuum_count) FROM pg_stat_user_tables"
        + " WHERE relname IN ('event_journal', 'event_archive', 'sagas', 'snapshot') ORDER BY 1").forEach(System.out::println);
  }

  private long journal() throws Exception {
    return postgresql.number(node.database(), "SELECT COUNT(*) FROM event_journal");
  }

  private long archived() throws Exception {
    return postgresql.number(node.database(), "SELECT COUNT(*) FROM event_archive");
  }

  private static void print(String what, double figure) {
    System.out.println("| " + what + " | " + String.format(Locale.ROOT, figure >= 100 ? "%,.0f" : figure >= 10 ? "%.1f" : "%.2f", figure) + " |");
  }
}
