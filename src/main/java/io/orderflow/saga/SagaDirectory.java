package io.orderflow.saga;

import io.orderflow.kernel.Rejection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Finds sagas by their ids alone. An id doesn't show its definition. There are few definitions, so each is asked until one has the saga. */
public final class SagaDirectory {

  private final List<Sagas<?>> sagas;

  public SagaDirectory(List<Sagas<?>> sagas) {
    this.sagas = sagas;
  }

  /** The saga's view. The rejection is SAGA_NOT_FOUND. */
  public CompletionStage<SagaView> get(String id) {
    return inAny(id, 0, of -> of.get(id));
  }

  /**
   * Retries the failed compensations, as {@link Sagas#retry} does.
   *
   * @param actor on whose behalf; null for nobody's
   */
  public CompletionStage<SagaView> retry(String id, String actor) {
    return inAny(id, 0, of -> of.as(actor).retry(id));
  }

  /** Repeats the call of the step at once, as {@link Sagas#retryNow} does. */
  public CompletionStage<SagaView> retryNow(String id, String step) {
    return inAny(id, 0, of -> of.retryNow(id, step));
  }

  private CompletionStage<SagaView> inAny(String id, int index, Function<Sagas<?>, CompletionStage<SagaState>> call) {
    Sagas<?> asked = sagas.get(index);
    CompletionStage<SagaView> found = call.apply(asked).thenApply(saga -> SagaView.of(id, asked.name(), saga));
    return index == sagas.size() - 1 ? found : found.exceptionallyCompose(failure ->
        Rejection.isNotFound(failure) ? inAny(id, index + 1, call) : CompletableFuture.failedFuture(failure));
  }
}
