package io.orderflow.bench.orders;

import io.orderflow.bench.Failures;
import io.orderflow.bench.Report;
import io.orderflow.bench.Variables;
import io.orderflow.testkit.ShopClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
  private static final int FIRST_SECONDS = 30;
  private static final String FIRST = "the first " + FIRST_SECONDS + " s, 1,000 products";
  private static final String SPREAD = "1,000 products";
  private static final String RATE = "CONFIRMED orders/s";

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
    Failures.endTheProgram();
    Path folder = Path.of(args[3]);
    Files.createDirectories(folder);
    try (DurablePostgresql postgresql = DurablePostgresql.start(folder, Contender.PROFILE)) {
      Report report = new Report("PostgreSQL " + postgresql.rows("postgres", "SHOW server_version").get(0)
          + " with fsync and synchronous_commit, load and provider on the same machine");
      List<Contender> contenders = contenders(postgresql, folder, TrivialProvider.start());
      Instant warm;
      try {
        OrdersBench bench = new OrdersBench(postgresql, Integer.parseInt(args[0]), report);
        warm = bench.warmUp(contenders, Integer.parseInt(args[2]));
        bench.run(new ArrayList<>(contenders), Integer.parseInt(args[1]));
      } finally {
        contenders.forEach(Contender::close);
      }
      if (Contender.PROFILE) {
        for (Contender contender : contenders) {
          Profile.of(contender.recordings(), warm).addTo(report, contender.name());
        }
      }
      System.out.println(report.table());
    }
    System.exit(0);
  }

  private static List<Contender> contenders(DurablePostgresql postgresql, Path folder, int provider) throws Exception {
    List<Contender> contenders = new ArrayList<>();
    int nodes = Integer.parseInt(Variables.get("NODES", "1"));
    String before = Variables.get("BEFORE", "");
    String only = Variables.get("ONLY", nodes > 1 ? "orderflow" : "");
    if (nodes > 1) {
      contenders.add(OrderflowContender.stocked(nodes + " nodes", nodes, OrderflowContender.PROGRAM, postgresql, folder.resolve("nodes"), provider, Map.of()));
    }
    if (only.isEmpty() || only.equals("orderflow")) {
      contenders.add(OrderflowContender.stocked("Orderflow", 1, OrderflowContender.PROGRAM, postgresql, folder.resolve("orderflow"), provider, Map.of()));
    }
    String cache = Variables.get("CACHE", "");
    if (!cache.isEmpty()) {
      contenders.add(OrderflowContender.stocked("Orderflow with a cache", 1, OrderflowContender.cached(cache), postgresql, folder.resolve("cached"), provider, Map.of()));
    }
    if (Boolean.parseBoolean(Variables.get("SECURE", "false"))) {
      contenders.add(OrderflowContender.secured(postgresql, folder.resolve("secured"), provider));
    }
    if (!before.isEmpty()) {
      contenders.add(OrderflowContender.stocked("Before", 1, OrderflowContender.program(before), postgresql, folder.resolve("before"), provider, Map.of()));
    }
    if (only.isEmpty() || only.equals("sql")) {
      contenders.add(SqlContender.bare(postgresql, folder.resolve("sql"), provider));
    }
    if (only.isEmpty() || only.equals("jdk")) {
      contenders.add(SqlContender.onJdk(postgresql, folder.resolve("jdk"), provider));
    }
    return contenders;
  }

  /** Starts one after the other, each under load from the moment when it is ready; answers when all are warm. */
  private Instant warmUp(List<Contender> contenders, int warmUp) throws Exception {
    for (Contender contender : contenders) {
      Report.Column column = report.column(contender.name(), FIRST);
      double ready = contender.start();
      column.add("start to ready, s", ready);
      System.err.printf("%s is ready after %.1f s%n", contender.name(), ready);
      firstSeconds(contender, column);
      for (List<String> products : List.of(spread(), hot(), spread(), hot())) {
        place(contender, products, Math.max(1, warmUp / 4));
      }
      System.err.printf("%s is warm%n", contender.name());
    }
    if (Contender.PROFILE) {
      postgresql.execute("postgres", "SELECT pg_stat_statements_reset()");
    }
    return Instant.now();
  }

  private void firstSeconds(Contender contender, Report.Column column) throws Exception {
    Costs before = Costs.now(postgresql, contender);
    Load.Result first = Load.closedLoop(contender, requests(contender, spread(), true), CONNECTIONS, FIRST_SECONDS).await();
    if (first.refused() != null) {
      System.err.printf("%s refused %d of the first orders, one of them with %s%n", contender.name(), first.refusals(), first.refused());
    }
    contender.settle(first.placed(), first.refusals());
    for (int from = 0; from < FIRST_SECONDS; from += FIRST_SECONDS / 3) {
      int to = from + FIRST_SECONDS / 3;
      column.add("CONFIRMED orders/s from " + from + " to " + to + " s", first.rate(from, to));
    }
    column.add(RATE, first.rate());
    System.err.printf("%s has confirmed %.0f orders/s in its first %d s%n", contender.name(), first.rate(), FIRST_SECONDS);
    column.add("POST to CONFIRMED, p99 ms", first.latencies().millis(0.99));
    column.add("not answered with 201, %", 100.0 * first.refusals() / (first.placed() + first.refusals()));
    column.add("CPU of others meanwhile, s/s", Costs.now(postgresql, contender).since(before).othersSeconds() / FIRST_SECONDS);
  }

  private void run(List<Contender> contenders, int rounds) throws Exception {
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : measured("spread", contenders)) {
        fullLoad(contender, SPREAD, spread(), round);
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
      Report.Column first = report.column(contender.name(), FIRST);
      first.add("of the warm rate", first.median(RATE) / report.column(contender.name(), SPREAD).median(RATE));
      if (Contender.PROFILE) {
        statements(contender);
      } else {
        idle(contender);
        sizes(contender);
      }
    }
  }

  /** The contenders, if this load is to be measured; a profile is of one load. */
  private static List<Contender> measured(String load, List<Contender> contenders) {
    String loads = Variables.get("LOADS", Contender.PROFILE ? "spread" : "spread,hot,light");
    return List.of(loads.split(",")).contains(load) ? contenders : List.of();
  }

  static List<String> spread() {
    return IntStream.range(0, Contender.PRODUCTS).mapToObj(i -> Contender.PRODUCT + i).toList();
  }

  private static List<String> hot() {
    return Collections.nCopies(Contender.PRODUCTS, Contender.HOT);
  }

  /** The requests of a load, whole: one for each product, each from another customer. */
  static byte[][] requests(Contender contender, List<String> products, boolean waiting) {
    byte[][] requests = new byte[products.size()][];
    for (int i = 0; i < requests.length; i++) {
      String body = ShopClient.order(products.get(i), 1, ShopClient.card("tok_visa"), "DE").replace('\'', '"')
          .replace("\"ada\"", "\"customer-" + i + "\"");
      requests[i] = ("POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + contender.headers()
          + (waiting ? "Prefer: wait=10\r\n" : "") + "Content-Length: " + body.length() + "\r\n\r\n" + body)
          .getBytes(StandardCharsets.US_ASCII);
    }
    return requests;
  }

  /** Places orders that are not measured; a program that is cold may refuse some. */
  private static void place(Contender contender, List<String> products, int seconds) throws InterruptedException {
    Load.Result result = Load.closedLoop(contender, requests(contender, products, true), CONNECTIONS, seconds).await();
    contender.settle(result.placed(), result.refusals());
  }

  private void fullLoad(Contender contender, String load, List<String> products, int round) throws Exception {
    place(contender, products, LEAD_SECONDS);
    postgresql.execute("postgres", "CHECKPOINT");
    Costs before = Costs.now(postgresql, contender);
    Load clients = Load.closedLoop(contender, requests(contender, products, true), CONNECTIONS, seconds);
    Load probes = Load.paced(contender, requests(contender, products, false), PROBING_CONNECTIONS,
        PROBES_PER_SECOND, seconds);
    Load.Result ended = checked(clients.await());
    Load.Result placed = checked(probes.await());
    long finished = System.nanoTime();
    long orders = ended.placed() + placed.placed();
    contender.settle(orders);
    double settled = (System.nanoTime() - finished) / 1e9;
    Costs spent = Costs.now(postgresql, contender).since(before);

    Report.Column column = report.column(contender.name(), load);
    column.add(RATE, ended.rate() + placed.rate());
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
    column.add("memory of the JVM, MB", contender.residentMegabytes());
    System.err.printf("round %d: %-15s %-15s %,6.0f orders/s, others %.2f%n", round, contender.name(), load, ended.rate() + placed.rate(),
        spent.othersSeconds() / (seconds + settled));
  }

  /** Both ways to place an order, in turn, so seldom that none meets another. */
  private void lightLoad(Contender contender) throws InterruptedException {
    Load waiting = Load.paced(contender, requests(contender, spread(), true), 1, LIGHT_PER_SECOND, seconds);
    TimeUnit.MILLISECONDS.sleep((long) (1_000 / LIGHT_PER_SECOND / 2));
    Load placing = Load.paced(contender, requests(contender, spread(), false), 1, LIGHT_PER_SECOND, seconds);
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
    column.add("live heap after a full collection, MB", contender.liveHeapMegabytes());
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
