package io.orderflow.console;

import io.orderflow.console.Batch.Action;
import io.orderflow.console.Batch.Item;
import io.orderflow.kernel.Rejection;
import io.orderflow.order.OrderPlacement;
import io.orderflow.saga.SagaDirectory;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.SagaView;
import io.orderflow.saga.Sagas;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes batches, and carries them out some orders at a time. The action on an order may be repeated after a crash: a repeat changes nothing. */
final class BatchService {

  /** The most orders of a batch. */
  static final int MOST_ORDERS = 1_000;
  private static final int AT_ONCE = 20;
  /** The pause between orders leaves the shop room for its customers. */
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MOST_OUTCOME = 400;
  static final String DONE = "DONE";

  /** Records what was done to an order of a batch. */
  @FunctionalInterface
  interface Recorder {

    /** @param actor who confirmed the batch; null in open mode */
    void add(String actor, Action action, String orderId, String batchId, String outcome);
  }

  private final Recorder recorder;
  private final BatchTable table;
  private final OrderPlacement orders;
  private final SagaDirectory sagas;
  private final Clock clock;

  BatchService(Recorder recorder, BatchTable table, OrderPlacement orders, SagaDirectory sagas, Clock clock) {
    this.recorder = recorder;
    this.table = table;
    this.orders = orders;
    this.sagas = sagas;
    this.clock = clock;
  }

  /** Makes a batch of these orders. Nothing is done to them before it is confirmed. */
  CompletionStage<Batch> make(Action action, String selection, List<String> orderIds, boolean more, String operator) {
    Batch batch = new Batch(UUID.randomUUID().toString(), action, selection, orderIds.size(), more, operator, clock.instant(), null, null, null, 0, 0, null);
    return table.insert(batch, orderIds).thenApply(stored -> batch);
  }

  /**
   * Begins to carry the batch out. Rejected with BATCH_NOT_FOUND, or with COUNT_DIFFERS if the count is not that of its orders. A repeat changes nothing.
   *
   * @param count the orders that the operator means
   * @param open whether the node asks nobody who they are; then events name nobody
   */
  CompletionStage<Batch> confirm(Sagas<Batch.Input> carriers, String batchId, int count, String operator, boolean open, String reason) {
    return get(batchId).thenCompose(batch -> {
      if (batch.orders() != count) {
        throw Rejection.conflict("COUNT_DIFFERS", "the batch has " + batch.orders() + " orders, not " + count).exception();
      }
      // Recorded first: a saga without a confirmation would carry out what nobody has confirmed.
      return table.confirm(batchId, operator, reason, clock.instant()).thenCompose(recorded -> get(batchId)).thenCompose(confirmed -> {
        // Somebody else may have confirmed it before.
        String actor = open ? null : confirmed.confirmedBy();
        return carriers.as(actor).start(batchId, new Batch.Input(batch.action(), actor));
      }).thenCompose(started -> get(batchId));
    });
  }

  /** The batch. Rejected with BATCH_NOT_FOUND. */
  CompletionStage<Batch> get(String batchId) {
    return table.find(batchId).thenApply(found -> found.orElseThrow(() -> notFound().exception()));
  }

  /** The batch with its orders after that position. Rejected with BATCH_NOT_FOUND. */
  CompletionStage<Batch.WithItems> get(String batchId, int after, int limit) {
    return table.find(batchId, after, limit).thenApply(found -> found.orElseThrow(() -> notFound().exception()));
  }

  /** Batches, newest first, beginning after the given one. */
  CompletionStage<List<Batch>> page(Instant before, String beforeId, int limit) {
    return table.page(before, beforeId, limit);
  }

  private static Rejection notFound() {
    return Rejection.notFound("BATCH_NOT_FOUND", "there is no such batch");
  }

  /** Does the action to the next orders. Pending until none is left. */
  CompletionStage<StepResult> carryOut(StepCall<Batch.Input> call) {
    return table.open(call.sagaId(), AT_ONCE).thenCompose(items -> items.isEmpty()
        ? table.end(call.sagaId(), clock.instant()).thenApply(ended -> StepResult.done())
        : carryOut(call.sagaId(), call.input(), items).thenCompose(outcomes -> table.record(call.sagaId(), outcomes))
            .thenApply(recorded -> new StepResult.Pending(PAUSE)));
  }

  /** Fails, to be repeated, if an order can't be reached. */
  private CompletionStage<Map<Integer, String>> carryOut(String batchId, Batch.Input input, List<Item> items) {
    Map<Integer, CompletableFuture<String>> acted = new HashMap<>();
    items.forEach(item -> acted.put(item.position(), act(input, item.orderId()).toCompletableFuture().whenComplete((outcome, failure) -> {
      if (failure == null) {
        recorder.add(input.actor(), input.action(), item.orderId(), batchId, outcome);
      }
    })));
    return CompletableFuture.allOf(acted.values().toArray(CompletableFuture[]::new)).thenApply(all -> {
      Map<Integer, String> outcomes = new HashMap<>();
      acted.forEach((position, outcome) -> outcomes.put(position, outcome.join()));
      return outcomes;
    });
  }

  private CompletionStage<String> act(Batch.Input input, String orderId) {
    CompletionStage<String> acted = switch (input.action()) {
      case CANCEL -> orders.as(input.actor()).cancel(orderId).thenApply(saga -> DONE);
      case RETRY_COMPENSATION -> sagas.retry(orderId, input.actor()).thenApply(saga -> DONE).exceptionallyCompose(failure -> retriedBefore(orderId, failure));
    };
    return acted.exceptionallyCompose(failure -> Rejection.in(failure).filter(rejection -> rejection.kind() != Rejection.Kind.UNAVAILABLE)
        .<CompletionStage<String>>map(rejection -> CompletableFuture.completedFuture(outcome(rejection)))
        .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** Whether nothing is left to retry because an earlier attempt, whose outcome was lost, has retried it. */
  private CompletionStage<String> retriedBefore(String orderId, Throwable failure) {
    return Rejection.in(failure).filter(rejection -> rejection.code().equals("NOTHING_TO_RETRY")).isEmpty() ? CompletableFuture.failedFuture(failure)
        : sagas.get(orderId).thenCompose(saga -> isUndone(saga) ? CompletableFuture.completedFuture(DONE) : CompletableFuture.failedFuture(failure));
  }

  private static boolean isUndone(SagaView saga) {
    return saga.state() == SagaStatus.COMPENSATING || saga.state() == SagaStatus.COMPENSATED;
  }

  private static String outcome(Rejection rejection) {
    String text = rejection.code() + ": " + rejection.detail();
    return text.substring(0, Math.min(text.length(), MOST_OUTCOME));
  }
}
