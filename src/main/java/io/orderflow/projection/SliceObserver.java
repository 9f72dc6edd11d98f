package io.orderflow.projection;

import akka.actor.typed.ActorRef;
import akka.projection.HandlerRecoveryStrategy;
import akka.projection.ProjectionId;
import akka.projection.StatusObserver;

/** Reports the progress of one run to the slice's actor. */
final class SliceObserver extends StatusObserver<Batch> {

  private final Slice.Run run;
  private final BatchHandler<?> handler;
  private final ActorRef<Slice.Command> slice;
  private volatile boolean tellsRecovery;

  /** @param afterFailure whether to report the first success */
  SliceObserver(Slice.Run run, BatchHandler<?> handler, boolean afterFailure, ActorRef<Slice.Command> slice) {
    this.run = run;
    this.handler = handler;
    this.tellsRecovery = afterFailure;
    this.slice = slice;
  }

  @Override
  public void failed(ProjectionId id, Throwable cause) {
    slice.tell(new Slice.Failed(run, cause));
  }

  @Override
  public void afterProcess(ProjectionId id, Batch batch) {
    handler.committed();
    if (tellsRecovery && !batch.events().isEmpty()) {
      tellsRecovery = false;
      slice.tell(new Slice.Recovered(run));
    }
  }

  @Override
  public void started(ProjectionId id) {}

  @Override
  public void stopped(ProjectionId id) {}

  @Override
  public void beforeProcess(ProjectionId id, Batch batch) {}

  @Override
  public void offsetProgress(ProjectionId id, Batch batch) {}

  @Override
  public void error(ProjectionId id, Batch batch, Throwable cause, HandlerRecoveryStrategy strategy) {}
}
