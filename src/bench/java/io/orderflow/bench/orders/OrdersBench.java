package io.orderflow.bench.orders;

import io.orderflow.testkit.ShopClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Confirmed orders per second of Orderflow and of hand-written SQL services that do the same work, in turn under the same load. For
 * {@code src/bench/orders/run}; prints a table.
 */
public final class OrdersBench {

  private static final int CONNECTIONS = 64;
  /** Orders beside the full load whose 201 is not waited for longer than the order takes to be durable. */
  private static final double PROBES_PER_SECOND = 20;
  private static final int PROBING_CONNECTIONS = 20;
  /** The light load is made by two clients. */
  private static final double LIGHT_PER_SECOND = 2;
  private static final int LEAD_SECONDS = 3;

  private final DurablePostgresql postgresql;
  private final int seconds;
  private final Report report;

  private OrdersBench(DurablePostgresql postgresql, int seconds, Report report) {
    this.postgresql = postgresql;
    this.seconds = seconds;
    this.report = report;
  }

  /** @param args the seconds of each round, the rounds, the seconds of warming each program up, the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[1]);
    Path folder = Path.of(args[3]);
    Files.createDirectories(folder);
    boolean profile = Boolean.getBoolean("bench.profile");
    try (DurablePostgresql postgresql = DurablePostgresql.start(folder, profile)) {
      int provider = TrivialProvider.start();
      Report report = new Report(postgresql.rows("postgres", "SHOW server_version").get(0));
      List<Contender> contenders = new ArrayList<>();
      String only = System.getProperty("bench.only", "");
      try {
        if (only.isEmpty() || only.equals("orderflow")) {
          contenders.add(OrderflowContender.start(postgresql, folder.resolve("orderflow"), provider));
        }
        String before = System.getProperty("bench.before", "");
        if (!before.isEmpty()) {
          contenders.add(OrderflowContender.before(Path.of(before), postgresql, folder.resolve("before"), provider));
        }
        if (only.isEmpty() || only.equals("sql")) {
          contenders.add(SqlContender.bare(postgresql, folder.resolve("sql"), provider));
        }
        if (only.isEmpty() || only.equals("jdk")) {
          contenders.add(SqlContender.onJdk(postgresql, folder.resolve("jdk"), provider));
        }
        new OrdersBench(postgresql, Integer.parseInt(args[0]), report).run(contenders, rounds, Integer.parseInt(args[2]), profile);
        System.out.println(report.table());
      } finally {
        contenders.forEach(Contender::close);
      }
    }
    System.exit(0);
  }

  private void run(List<Contender> contenders, int rounds, int warmUp, boolean profile) throws Exception {
    for (Contender contender : contenders) {
      warmUp(contender, warmUp);
    }
    if (profile) {
      postgresql.execute("postgres", "SELECT pg_stat_statements_reset()");
      System.err.println("warm at " + Instant.now());
    }
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : measured("spread", contenders)) {
        fullLoad(contender, "1,000 products", spread(), round);
      }
      for (Contender contender : measured("hot", contenders)) {
        fullLoad(contender, "one hot product", hot(), round);
      }
      for (Contender contender : measured("light", contenders)) {
        lightLoad(contender);
      }
      // Each comes first, in the middle and last in turn.
      Collections.rotate(contenders, 1);
    }
    for (Contender contender : contenders) {
      if (profile) {
        statements(contender);
      } else {
        idle(contender);
        sizes(contender);
      }
    }
  }

  /** The contenders, if this load is to be measured; a profile is of one load. */
  private static List<Contender> measured(String load, List<Contender> contenders) {
    String loads = System.getProperty("bench.loads", Boolean.getBoolean("bench.profile") ? "spread" : "spread,hot,light");
    return List.of(loads.split(",")).contains(load) ? contenders : List.of();
  }

  static List<String> spread() {
    return IntStream.range(0, Contender.PRODUCTS).mapToObj(i -> Contender.PRODUCT + i).toList();
  }

  private static List<String> hot() {
    return Collections.nCopies(Contender.PRODUCTS, Contender.HOT);
  }

  /** The requests of a load, whole: one for each product, each from another customer. */
  static byte[][] requests(Contender to, List<String> products, boolean waiting) {
    byte[][] requests = new byte[products.size()][];
    for (int i = 0; i < requests.length; i++) {
      String body = ShopClient.order(products.get(i), 1, ShopClient.card("tok_visa"), "DE").replace('\'', '"')
          .replace("\"ada\"", "\"customer-" + i + "\"");
      requests[i] = ("POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1:" + to.port() + "\r\nContent-Type: application/json\r\n"
          + (waiting ? "Prefer: wait=10\r\n" : "") + "Content-Length: " + body.length() + "\r\n\r\n" + body)
          .getBytes(StandardCharsets.US_ASCII);
    }
    return requests;
  }

  private void warmUp(Contender contender, int warmUp) throws InterruptedException {
    for (List<String> products : List.of(spread(), hot(), spread(), hot())) {
      place(contender, products, CONNECTIONS, Math.max(1, warmUp / 4));
    }
  }

  private static void place(Contender contender, List<String> products, int connections, int seconds) throws InterruptedException {
    contender.settle(checked(Load.closedLoop(contender.port(), requests(contender, products, true), connections, seconds).await()).placed());
  }

  private void fullLoad(Contender contender, String load, List<String> products, int round) throws Exception {
    place(contender, products, CONNECTIONS, LEAD_SECONDS);
    postgresql.execute("postgres", "CHECKPOINT");
    Costs before = Costs.now(postgresql, contender);
    Load clients = Load.closedLoop(contender.port(), requests(contender, products, true), CONNECTIONS, seconds);
    Load probes = Load.paced(contender.port(), requests(contender, products, false), PROBING_CONNECTIONS,
        PROBES_PER_SECOND, seconds);
    Load.Result ended = checked(clients.await());
    Load.Result placed = checked(probes.await());
    long finished = System.nanoTime();
    long orders = ended.placed() + placed.placed();
    contender.settle(orders);
    double settled = (System.nanoTime() - finished) / 1e9;
    Costs spent = Costs.now(postgresql, contender).since(before);

    Report.Column column = report.column(contender.name(), load);
    column.add("CONFIRMED orders/s", ended.rate() + placed.rate());
    column.add("POST to CONFIRMED, p50 ms", ended.latencies().millis(0.5));
    column.add("POST to CONFIRMED, p99 ms", ended.latencies().millis(0.99));
    column.add("POST to 201, p50 ms", placed.latencies().millis(0.5));
    column.add("POST to 201, p99 ms", placed.latencies().millis(0.99));
    column.add("answered before CONFIRMED, %", 100.0 * (ended.placed() - ended.confirmed()) / ended.placed());
    column.add("CPU per order, JVM, ms", spent.jvmSeconds() * 1_000 / orders);
    column.add("CPU per order, PostgreSQL, ms", spent.databaseSeconds() * 1_000 / orders);
    column.add("CPU per order, clients and provider, ms", spent.driverSeconds() * 1_000 / orders);
    column.add("CPU of others meanwhile, s/s", spent.othersSeconds() / (seconds + settled));
    column.add("events per order", (double) spent.events() / orders);
    column.add("commits per order", (double) spent.commits() / orders);
    column.add("WAL flushes per order", (double) spent.flushes() / orders);
    column.add("WAL per order, kB", spent.walBytes() / 1_000.0 / orders);
    column.add("until nothing is left to do, s", settled);
    column.add("memory of the JVM, MB", Usage.residentMegabytes(contender.pid()));
    System.err.printf("round %d: %-15s %-15s %,6.0f orders/s, others %.2f%n", round, contender.name(), load, ended.rate() + placed.rate(),
        spent.othersSeconds() / (seconds + settled));
  }

  /** Both ways to place an order, in turn, so seldom that none meets another. */
  private void lightLoad(Contender contender) throws InterruptedException {
    Load waiting = Load.paced(contender.port(), requests(contender, spread(), true), 1, LIGHT_PER_SECOND, seconds);
    TimeUnit.MILLISECONDS.sleep((long) (1_000 / LIGHT_PER_SECOND / 2));
    Load placing = Load.paced(contender.port(), requests(contender, spread(), false), 1, LIGHT_PER_SECOND, seconds);
    Load.Result ended = checked(waiting.await());
    Load.Result placed = checked(placing.await());
    contender.settle(ended.placed() + placed.placed());
    Report.Column column = report.column(contender.name(), "4 orders/s");
    column.add("POST to CONFIRMED, p50 ms", ended.latencies().millis(0.5));
    column.add("POST to CONFIRMED, p99 ms", ended.latencies().millis(0.99));
    column.add("POST to 201, p50 ms", placed.latencies().millis(0.5));
    column.add("POST to 201, p99 ms", placed.latencies().millis(0.99));
  }

  /** What it costs to be there. */
  private void idle(Contender contender) throws Exception {
    // What the last orders left in memory leaves first.
    TimeUnit.SECONDS.sleep(6);
    Costs before = Costs.now(postgresql, contender);
    TimeUnit.SECONDS.sleep(5);
    Costs spent = Costs.now(postgresql, contender).since(before);
    Report.Column column = report.column(contender.name(), "no orders");
    column.add("CPU, JVM, ms/s", spent.jvmSeconds() * 1_000 / 5);
    column.add("live heap after a full collection, MB", Usage.liveHeapMegabytes(contender.pid()));
  }

  /** What an order leaves in the database, the indices included. */
  private void sizes(Contender contender) throws Exception {
    Report.Column column = report.column(contender.name(), "all orders");
    column.add("database, kB each", postgresql.number(contender.database(), "SELECT pg_database_size(current_database())") / 1e3
        / contender.placed());
    for (String table : postgresql.rows(contender.database(), "SELECT relname || ' ' || pg_total_relation_size(oid) FROM pg_class"
        + " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 1000000 ORDER BY 1")) {
      String[] nameAndBytes = table.split(" ");
      column.add("table " + nameAndBytes[0] + ", kB each", Long.parseLong(nameAndBytes[1]) / 1e3 / contender.placed());
    }
  }

  private static Load.Result checked(Load.Result result) {
    if (result.refused() != null) {
      throw new IllegalStateException("an order was not answered with 201: " + result.refused());
    }
    return result;
  }

  private void statements(Contender contender) throws Exception {
    System.out.println("Statements of " + contender.name() + ": share of their time, calls, µs each, rows each, WAL bytes each");
    postgresql.rows("postgres", "SELECT round((100 * s.total_exec_time / sum(s.total_exec_time) OVER ())::numeric, 1) || ' %  '"
        + " || s.calls || '  ' || round((s.mean_exec_time * 1000)::numeric) || '  ' || round(s.rows::numeric / s.calls, 1) || '  '"
        + " || round(s.wal_bytes / s.calls) || '  ' || left(regexp_replace(s.query, '\\s+', ' ', 'g'), 140)"
        + " FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = '" + contender.database() + "'"
        + " ORDER BY s.total_exec_time DESC LIMIT 20").forEach(System.out::println);
  }
}
