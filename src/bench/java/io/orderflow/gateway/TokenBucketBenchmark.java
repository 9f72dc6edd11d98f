package io.orderflow.gateway;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What each request takes from its client's bucket: a token, with the clock's reading, and nothing from an empty one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenBucketBenchmark {

  private final TokenBucket full = new TokenBucket(TokenBucket.Rate.of(1_000_000_000, Duration.ofSeconds(1)), now());
  private final TokenBucket empty = new TokenBucket(TokenBucket.Rate.of(1, Duration.ofDays(1)), now());

  private static long now() {
    return System.nanoTime() / 1_000;
  }

  @Benchmark
  public long take() {
    return full.take(1, now());
  }

  /** The first call empties it. */
  @Benchmark
  public long refuse() {
    return empty.take(1, now());
  }
}
