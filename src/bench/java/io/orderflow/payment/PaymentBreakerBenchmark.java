package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the breaker adds to a call of the provider: a call that is answered at once, one that the open breaker does not make, the window. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PaymentBreakerBenchmark {

  private final CompletionStage<String> answer = CompletableFuture.completedFuture("done");
  private final FailureRate window = new FailureRate(10, 50);
  private ActorSystem<Void> system;
  private PaymentBreaker closed;
  private PaymentBreaker open;

  @Setup
  public void start() {
    system = ActorSystem.create(Behaviors.empty(), "bench",
        Configuration.over(ConfigFactory.parseString("akka.actor.provider = local, orderflow.payment.breaker.open = 1h")));
    closed = breaker();
    open = breaker();
    for (int i = 0; i < 10; i++) {
      open.call(() -> CompletableFuture.failedFuture(new ProviderFailure(ProviderFailure.Kind.IN_DOUBT, "as the benchmark wants it")));
    }
  }

  private PaymentBreaker breaker() {
    return new PaymentBreaker(system, system.settings().config().getConfig("orderflow.payment.breaker"), Clock.systemUTC());
  }

  @TearDown
  public void stop() {
    system.terminate();
  }

  @Benchmark
  public Object closed() {
    return closed.call(() -> answer);
  }

  @Benchmark
  public Object open() {
    return open.call(() -> answer);
  }

  @Benchmark
  public boolean window() {
    return window.record(false);
  }
}
