package io.orderflow.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import scala.compat.java8.FutureConverters;
import scala.concurrent.ExecutionContext;

/**
 * Completes futures without a switch of threads. Akka runs each dependent stage on the common pool, which wakes another thread each time.
 * Here the thread that completes the reply runs the dependent stages. They must be short and must not block, because the thread may be an
 * actor's.
 */
public final class SameThread {

  private SameThread() {}

  /** A future with the stage's result or failure. */
  public static <T> CompletableFuture<T> answer(CompletionStage<T> stage) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    // This must be the converter that created the stage. The other one would chain to it through the common pool.
    FutureConverters.toScala(stage).onComplete(outcome -> outcome.isSuccess() ? answer.complete(outcome.get())
        : answer.completeExceptionally(outcome.failed().get()), ExecutionContext.parasitic$.MODULE$);
    return answer;
  }
}
