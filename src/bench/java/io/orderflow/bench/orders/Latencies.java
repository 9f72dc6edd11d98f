package io.orderflow.bench.orders;

import java.util.Arrays;
import java.util.Collection;

/** How long answers took. Not safe for several threads: each has its own, and they are put together at the end. */
final class Latencies {

  private int[] micros = new int[1024];
  private int size;

  void add(long nanos) {
    if (size == micros.length) {
      micros = Arrays.copyOf(micros, 2 * size);
    }
    micros[size++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1_000);
  }

  static Latencies of(Collection<Latencies> parts) {
    Latencies all = new Latencies();
    all.micros = parts.stream().flatMapToInt(part -> Arrays.stream(part.micros, 0, part.size)).sorted().toArray();
    all.size = all.micros.length;
    return all;
  }

  /** That share's latency of the sorted whole, in milliseconds; nothing that could be taken for a latency when there are none. */
  double millis(double share) {
    return size == 0 ? Double.NaN : micros[(int) Math.min(size - 1L, Math.round(share * size))] / 1_000.0;
  }
}
