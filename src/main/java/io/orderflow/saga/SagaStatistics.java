package io.orderflow.saga;

import io.orderflow.journal.Database;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counts how the calls of the latest sagas went: of some hundreds, read from their events, so that nothing need be kept for it. */
public final class SagaStatistics {

  /** A definition with its calls. @param sagas the number of sagas that were read */
  public record Definition(String name, int sagas, List<Call> calls) {}

  /**
   * The calls of one step, or of its compensation.
   *
   * @param succeeded those that succeeded in the end
   * @param attempts of all of them
   * @param p50Millis from the first attempt to the end
   */
  public record Call(String step, Kind kind, int calls, int succeeded, int attempts, long p50Millis, long p99Millis) {}

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
  /** Sagas of each final status that are read. */
  private static final int READ = 100;
  private static final List<SagaStatus> FINAL = List.of(SagaStatus.COMPLETED, SagaStatus.COMPENSATED, SagaStatus.COMPENSATION_FAILED);

  private final Database database;
  private final List<Sagas<?>> sagas;

  public SagaStatistics(Database database, List<Sagas<?>> sagas) {
    this.database = database;
    this.sagas = sagas;
  }

  /** All definitions. */
  public CompletionStage<List<Definition>> all() {
    return database.async(connection -> {
      List<Listed> latest = new ArrayList<>();
      for (SagaStatus status : FINAL) {
        latest.addAll(SagaTable.list(connection, Optional.of(status), LATEST, "", READ));
      }
      return latest;
    }).thenCompose(latest -> {
      List<CompletableFuture<Definition>> read = sagas.stream().map(of -> read(of, latest).toCompletableFuture()).toList();
      return CompletableFuture.allOf(read.toArray(CompletableFuture[]::new)).thenApply(all -> read.stream().map(CompletableFuture::join).toList());
    });
  }

  private static <I> CompletionStage<Definition> read(Sagas<I> of, List<Listed> latest) {
    CompletionStage<List<SagaState>> states = CompletableFuture.completedFuture(new ArrayList<>());
    for (Listed listed : latest) {
      if (listed.definition().equals(of.name())) {
        // One after the other: the database has more urgent work.
        states = states.thenCompose(read -> of.recorded(listed.sagaId()).thenApply(state -> {
          read.add(state);
          return read;
        }));
      }
    }
    return states.thenApply(read -> definition(of, read));
  }

  private static Definition definition(Sagas<?> of, List<SagaState> states) {
    List<Call> calls = new ArrayList<>();
    of.calls().forEach(call -> calls.add(call(call, states)));
    return new Definition(of.name(), states.size(), calls);
  }

  private static Call call(SagaEvent.Begins wanted, List<SagaState> states) {
    List<StepRecord> ended = states.stream().flatMap(saga -> saga.steps().stream())
        .filter(step -> step.name().equals(wanted.step()) && step.kind() == wanted.kind() && step.endedAt() != null && step.attempts() > 0).toList();
    List<Long> took = ended.stream().map(step -> Duration.between(step.startedAt(), step.endedAt()).toMillis()).sorted().toList();
    int succeeded = (int) ended.stream().filter(step -> step.status() == StepRecord.Status.COMPLETED || step.status() == StepRecord.Status.COMPENSATED).count();
    return new Call(wanted.step(), wanted.kind(), ended.size(), succeeded, ended.stream().mapToInt(StepRecord::attempts).sum(), quantile(took, 0.5),
        quantile(took, 0.99));
  }

  private static long quantile(List<Long> ascending, double share) {
    return ascending.isEmpty() ? 0 : ascending.get((int) Math.ceil(share * ascending.size()) - 1);
  }
}
