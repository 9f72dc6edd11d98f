package io.orderflow.kernel;

import java.util.concurrent.CompletionException;

/** Reads failures of stages. */
public final class Failures {

  private Failures() {}

  /** The failure itself: stages that follow another wrap its failure in a {@link CompletionException}. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
  }
}
