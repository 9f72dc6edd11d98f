package io.orderflow.saga;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A saga of an order's shape, without its calls and its journal: one decision in the middle, and all of a saga from its start to its end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SagaPlannerBenchmark {

  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
  private static final StepPolicy ONCE = new StepPolicy(Duration.ofSeconds(5), 1, Duration.ofMillis(100), Duration.ofSeconds(10), 0.3,
      "SERVICE_UNAVAILABLE");
  private static final Function<StepCall<String>, CompletionStage<StepResult>> NOTHING = call -> StepResult.now(StepResult.done());

  private final SagaPlanner<String> planner = new SagaPlanner<>(SagaDefinition.named("order", String.class)
      .step("create-order", NOTHING, NOTHING).step("reserve-inventory", NOTHING, NOTHING).step("charge-payment", NOTHING, NOTHING)
      .step("create-shipment", NOTHING, NOTHING).retriable("ship-inventory", NOTHING).retriable("confirm-order", NOTHING));
  private final SagaState begun = SagaState.NONE.apply(planner.start(JsonNodeFactory.instance.textNode("order"), NOW));
  private final SagaState charging = completed(completed(begun));

  private SagaState completed(SagaState current) {
    return current.apply(planner.completed(current, "result", NOW));
  }

  @Benchmark
  public SagaEvent decideCompleted() {
    return planner.completed(charging, "tx_1", NOW);
  }

  @Benchmark
  public SagaEvent decideGivenUp() {
    return planner.failed(charging, "no answer", ONCE, List.of(), NOW);
  }

  @Benchmark
  public SagaState apply() {
    return completed(charging);
  }

  /** Seven planner and their events' effects. */
  @Benchmark
  public SagaState wholeSaga() {
    SagaState current = begun;
    while (current.state().isActive()) {
      current = completed(current);
    }
    return current;
  }
}
