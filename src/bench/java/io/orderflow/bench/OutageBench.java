package io.orderflow.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Orders by account and by card, in a closed loop, first with the payment provider well, then with it down, then well again; prints the
 * rates and the node's live heap of each minute. For {@code src/bench/outage/run}.
 */
public final class OutageBench {

  private final NodeProcess node;
  private final ShopClient shop;
  private final AtomicLong byAccount = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong byCard = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean open = true;

  private OutageBench(NodeProcess node) {
    this.node = node;
    this.shop = node.shop();
  }

  /** @param args the minutes of outage */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target"), "outage");
    try (Postgresql postgresql = Postgresql.start()) {
      Config db = postgresql.settings().getConfig("orderflow.db");
      run(new NodeProcess(folder, Map.of("ORDERFLOW_RATE_LIMIT_REQUESTS", "0", "ORDERFLOW_DB_URL", db.getString("url"),
          "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"))), Integer.parseInt(args[0]));
    }
  }

  private static void run(NodeProcess ofOurs, int minutes) throws Exception {
    try (NodeProcess node = ofOurs) {
      node.start();
      new OutageBench(node).run(minutes);
    }
  }

  private void run(int minutes) throws Exception {
    shop.stock("tea", 100_000_000);
    shop.account("ada", "1000000000.00");
    List<Thread> clients = new ArrayList<>();
    for (Runnable kind : List.<Runnable>of(this::orderByAccount, this::orderByAccount, this::orderByCard, this::orderByCard)) {
      Thread client = new Thread(kind);
      client.start();
      clients.add(client);
    }
    System.out.println("| minute | provider | orders by account/s | reads/s | by card/s | refused/s | queued | live heap MB |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    minute(0, "warm-up");
    minute(1, "well");
    minute(2, "well");
    node.provider().put("/faults", "{'outage':true}").expect(200);
    for (int i = 1; i <= minutes; i++) {
      minute(2 + i, "down");
    }
    node.provider().put("/faults", "{}").expect(200);
    minute(3 + minutes, "well");
    minute(4 + minutes, "well");
    open = false;
    for (Thread client : clients) {
      client.join();
    }
  }

  private void minute(int number, String provider) throws Exception {
    List.of(byAccount, reads, byCard, refused).forEach(count -> count.set(0));
    TimeUnit.MINUTES.sleep(1);
    System.out.printf("| %d | %s | %d | %d | %d | %d | %s | %d |%n", number, provider, byAccount.get() / 60, reads.get() / 60,
        byCard.get() / 60, refused.get() / 60, queued(), liveHeap());
  }

  private void orderByAccount() {
    while (open) {
      String id = shop.post("/api/orders", ShopClient.order("tea", 1, ShopClient.account("ada"), "DE"), "Prefer", "wait=10")
          .expect(201).text("orderId");
      byAccount.incrementAndGet();
      shop.get("/api/orders/" + id).expect(200);
      reads.incrementAndGet();
    }
  }

  private void orderByCard() {
    while (open) {
      int status = shop.post("/api/orders", ShopClient.order("tea", 1, ShopClient.card("tok_1"), "DE")).status();
      (status == 201 ? byCard : refused).incrementAndGet();
      try {
        // Some 40 orders a second: as many as fill the queue within the outage.
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException ended) {
        return;
      }
    }
  }

  private String queued() {
    JsonNode page = shop.get("/api/payments?status=QUEUED&limit=500").body();
    return page.path("payments").size() + (page.path("next").isNull() ? "" : "+");
  }

  /** The bytes that a full collection leaves, as the last line of the class histogram has them. */
  private long liveHeap() throws IOException {
    Process histogram = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
        Long.toString(node.pid()), "GC.class_histogram").redirectErrorStream(true).start();
    String[] lines = new String(histogram.getInputStream().readAllBytes()).split("\n");
    return Long.parseLong(lines[lines.length - 1].trim().split("\\s+")[2]) / 1_000_000;
  }
}
