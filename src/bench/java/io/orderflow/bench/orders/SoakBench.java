package io.orderflow.bench.orders;

import io.orderflow.bench.Failures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether Orderflow's memory stays flat: a steady load for long, and each minute what a full collection leaves. For
 * {@code src/bench/orders/soak}; prints a line a minute.
 */
public final class SoakBench {

  private static final int CONNECTIONS = 128;

  private SoakBench() {}

  /** @param args the minutes, the orders per second, the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    int minutes = Integer.parseInt(args[0]);
    double perSecond = Double.parseDouble(args[1]);
    Path folder = Path.of(args[2]);
    Files.createDirectories(folder);
    try (DurablePostgresql postgresql = DurablePostgresql.start(folder, false);
        Contender orderflow = OrderflowContender.start(postgresql, folder.resolve("orderflow"), TrivialProvider.start(), Map.of())) {
      byte[][] requests = OrdersBench.requests(orderflow, OrdersBench.spread(), false);
      System.out.println("| minute | orders/s | POST to 201, p50 ms | p99 ms | resident MB | live heap MB |\n|---|---|---|---|---|---|");
      List<Double> heap = new ArrayList<>();
      long placed = 0;
      for (int minute = 1; minute <= minutes; minute++) {
        Load.Result result = Load.paced(orderflow, requests, CONNECTIONS, perSecond, 60).await();
        if (result.refused() != null) {
          throw new IllegalStateException("an order was not answered with 201: " + result.refused());
        }
        placed += result.placed();
        heap.add(orderflow.liveHeapMegabytes());
        System.out.printf("| %d | %.0f | %.1f | %.0f | %.0f | %.0f |%n", minute, result.rate(), result.latencies().millis(0.5),
            result.latencies().millis(0.99), orderflow.residentMegabytes(), heap.get(minute - 1));
      }
      orderflow.settle(placed);
      System.out.printf("all %,d orders are CONFIRMED; from minute %d on the live heap changes by %.2f MB a minute%n", placed,
          minutes / 3 + 1, slope(heap.subList(minutes / 3, minutes)));
    }
    System.exit(0);
  }

  /** By least squares, per step. */
  private static double slope(List<Double> values) {
    double middle = (values.size() - 1) / 2.0;
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    double above = 0;
    double below = 0;
    for (int i = 0; i < values.size(); i++) {
      above += (i - middle) * (values.get(i) - mean);
      below += (i - middle) * (i - middle);
    }
    return below == 0 ? 0 : above / below;
  }
}
