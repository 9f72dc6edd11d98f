package io.orderflow.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Groups single items into batches. While the maximum of batches is in flight, new items wait in order of arrival and go with the next
 * batch. With fewer in flight, a batch starts at once.
 */
final class Batcher<T> {

  /**
   * @param parallel the most batches in flight
   * @param most the most weight in a batch; a single heavier item forms its own batch
   * @param bound the most waiting items
   */
  record Limits(int parallel, int most, int bound) {}

  private final Executor threads;
  private final Limits limits;
  private final ToIntFunction<T> weight;
  private final Consumer<List<T>> work;
  private final Queue<T> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean closed;

  /**
   * @param threads at least one for each batch in flight; a thread stays busy while items wait
   * @param work processes a batch; must not throw
   */
  Batcher(Executor threads, Limits limits, ToIntFunction<T> weight, Consumer<List<T>> work) {
    this.threads = threads;
    this.limits = limits;
    this.weight = weight;
    this.work = work;
  }

  /** Queues an item for the next batch. False if too many items wait or after {@link #close}: the item is then dropped. */
  boolean offer(T one) {
    synchronized (waiting) {
      if (closed || waiting.size() >= limits.bound()) {
        return false;
      }
      waiting.add(one);
      if (underWay == limits.parallel()) {
        return true;
      }
      underWay++;
    }
    threads.execute(this::doWhatWaits);
    return true;
  }

  /**
   * Accepts no more items, and returns when the accepted items are processed.
   *
   * @return false if that took longer than the given time
   */
  boolean close(long seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    synchronized (waiting) {
      closed = true;
      while (underWay > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        try {
          waiting.wait(left);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }

  private void doWhatWaits() {
    for (List<T> batch = next(); !batch.isEmpty(); batch = next()) {
      work.accept(batch);
    }
  }

  private List<T> next() {
    synchronized (waiting) {
      List<T> next = new ArrayList<>();
      int taken = 0;
      while (!waiting.isEmpty()) {
        taken += weight.applyAsInt(waiting.peek());
        if (taken > limits.most() && !next.isEmpty()) {
          return next;
        }
        next.add(waiting.remove());
      }
      if (next.isEmpty()) {
        underWay--;
        waiting.notifyAll();
      }
      return next;
    }
  }
}
