package io.orderflow.view;

/** A view threw at some events. */
final class HandlerFailure extends RuntimeException {

  private final String events;

  HandlerFailure(Batch batch, Throwable cause) {
    super(batch.describe() + ": " + cause, cause);
    this.events = batch.describe();
  }

  /** Which they were. */
  String events() {
    return events;
  }
}
