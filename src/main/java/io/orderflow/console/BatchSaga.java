package io.orderflow.console;

import io.orderflow.saga.SagaDefinition;

/** The only step of a batch: it is repeated until all orders are done with, whatever crashes. */
final class BatchSaga {

  private BatchSaga() {}

  static SagaDefinition<Batch.Input> definition(BatchService batches) {
    return SagaDefinition.named("batch", Batch.Input.class).retriable("carry-out", batches::carryOut);
  }
}
