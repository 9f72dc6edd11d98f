package io.orderflow.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import scala.compat.java8.FutureConverters;
import scala.concurrent.ExecutionContext;

/**
 * Akka's answers without a detour. Its stages hand each stage that follows to the common pool, which costs waking another thread every time;
 * here what follows is done by the thread that brings the answer. It must be short and must not wait: that thread may be an actor's.
 */
public final class SameThread {

  private SameThread() {}

  /** The same answer or failure. */
  public static <T> CompletableFuture<T> answer(CompletionStage<T> stage) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    // Of the two converters there are the one that made the stage: the other one would chain to it by way of the common pool.
    FutureConverters.toScala(stage).onComplete(outcome -> outcome.isSuccess() ? answer.complete(outcome.get())
        : answer.completeExceptionally(outcome.failed().get()), ExecutionContext.parasitic$.MODULE$);
    return answer;
  }
}
