package io.orderflow.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The same for each of many, several at a time: what takes long because each waits for an answer. */
final class Parallel {

  private Parallel() {}

  /** Ends when all have ended, with the first failure if there was one. */
  static <T> void each(int atOnce, Collection<T> all, Consumer<T> what) {
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<?>> done = new ArrayList<>();
      all.forEach(one -> done.add(threads.submit(() -> what.accept(one))));
      for (Future<?> one : done) {
        one.get();
      }
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    } finally {
      threads.shutdownNow();
    }
  }
}
