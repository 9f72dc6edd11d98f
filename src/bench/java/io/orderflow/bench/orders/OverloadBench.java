package io.orderflow.bench.orders;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.bench.Failures;
import io.orderflow.testkit.ShopClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Orders that come faster than they can be done, whatever the answers are (an open loop), with reads of older orders and a few orders whose end is
 * waited for beside them. For {@code src/bench/overload/run}; prints a line a minute.
 */
public final class OverloadBench {

  private static final int CLOSED_LOOP = 64;
  private static final int CAPACITY_SECONDS = 30;
  /** Enough that a connection is free whenever an order is due, unless answers take longer than a tenth of a second. */
  private static final int CONNECTIONS = 256;
  private static final double READS_PER_SECOND = 50;
  private static final double WAITING_PER_SECOND = 5;
  private static final int MINUTE = 60;

  private final OrderflowContender orderflow;

  private OverloadBench(OrderflowContender orderflow) {
    this.orderflow = orderflow;
  }

  /** @param args the multiple of the capacity, the minutes, the seconds of warming up, the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    Path folder = Path.of(args[3]);
    Files.createDirectories(folder);
    try (DurablePostgresql postgresql = DurablePostgresql.start(folder, false);
        OrderflowContender orderflow = OrderflowContender.start(postgresql, folder.resolve("orderflow"), TrivialProvider.start(), Map.of())) {
      new OverloadBench(orderflow).run(Double.parseDouble(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    }
    System.exit(0);
  }

  private void run(double factor, int minutes, int warmUp) throws Exception {
    byte[][] orders = OrdersBench.requests(orderflow, OrdersBench.spread(), false);
    byte[][] ended = OrdersBench.requests(orderflow, OrdersBench.spread(), true);
    orderflow.settle(Load.closedLoop(orderflow, ended, CLOSED_LOOP, warmUp).await().placed());
    Load.Result full = Load.closedLoop(orderflow, ended, CLOSED_LOOP, CAPACITY_SECONDS).await();
    orderflow.settle(full.placed());
    double asked = factor * full.rate();
    System.out.printf("%.0f orders/s are confirmed at best; %.0f orders/s are asked for%n", full.rate(), asked);
    System.out.println("| minute | accepted/s | refused/s | refusal, p50 ms | p99 | POST to 201, p50 ms | p99 | POST to the end, p50 ms | p99"
        + " | read, p50 ms | p99 | views behind, events | resident MB |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    byte[][] reads = reads();
    long uncertain = 0;
    long placed = 0;
    for (int minute = 1; minute <= minutes; minute++) {
      Load overload = Load.paced(orderflow, orders, CONNECTIONS, asked, MINUTE);
      Load waiting = Load.paced(orderflow, ended, (int) (20 * WAITING_PER_SECOND), WAITING_PER_SECOND, MINUTE);
      Load reading = Load.paced(orderflow, reads, (int) READS_PER_SECOND, READS_PER_SECOND, MINUTE);
      Load.Result accepted = overload.await();
      Load.Result end = waiting.await();
      Load.Result read = reading.await();
      System.out.printf("| %d | %.0f | %.0f | %.1f | %.0f | %.1f | %.0f | %.0f | %.0f | %.1f | %.0f | %d | %.0f |%n", minute, accepted.rate(),
          (double) accepted.refusals() / MINUTE, accepted.refusalLatencies().millis(0.5), accepted.refusalLatencies().millis(0.99),
          accepted.latencies().millis(0.5), accepted.latencies().millis(0.99), end.latencies().millis(0.5), end.latencies().millis(0.99),
          read.latencies().millis(0.5), read.latencies().millis(0.99), behind(), orderflow.residentMegabytes());
      placed += accepted.placed() + end.placed();
      uncertain += accepted.refusals() + end.refusals();
      if (read.refused() != null || accepted.refused() != null) {
        System.err.printf("refused: an order with %s; %d reads, one of them with %s; breakers %s%n", accepted.refused(), read.refusals(),
            read.refused(), orderflow.shop().get("/ops/breakers").body());
      }
    }
    long over = System.nanoTime();
    orderflow.settle(placed, uncertain);
    System.out.printf("all accepted orders were CONFIRMED %.1f s after the last minute; live heap %.0f MB%n", (System.nanoTime() - over) / 1e9,
        orderflow.liveHeapMegabytes());
  }

  /** Requests that read orders which ended long ago. */
  private byte[][] reads() {
    JsonNode page = orderflow.shop().get("/api/orders?limit=100&status=CONFIRMED").expect(200).body().path("orders");
    byte[][] requests = new byte[page.size()][];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = ("GET /api/orders/" + page.get(i).path("orderId").asText() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }
    return requests;
  }

  /** The events that the slowest view has yet to read; -1 if the node does not say. */
  private long behind() {
    ShopClient.Answer projections = orderflow.shop().get("/ops/projections");
    if (projections.status() != 200) {
      return -1;
    }
    long most = 0;
    for (JsonNode projection : projections.body().path("projections")) {
      most = Math.max(most, projection.path("lagEvents").asLong());
    }
    return most;
  }
}
