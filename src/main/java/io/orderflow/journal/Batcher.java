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
 * Does together what is asked for one by one: what comes while batches are under way waits, and goes with the next one, in the order in
 * which it came. What comes while less is under way than may be begins at once.
 */
final class Batcher<T> {

  /** @param parallel batches under way at once, @param most the weight of one, unless a single thing weighs more, @param bound what may wait */
  record Limits(int parallel, int most, int bound) {}

  private final Executor threads;
  private final Limits limits;
  private final ToIntFunction<T> weight;
  private final Consumer<List<T>> work;
  private final Queue<T> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean closed;

  /**
   * @param threads at least as many as batches may be under way: each is busy for as long as anything waits
   * @param work does a batch, and never throws
   */
  Batcher(Executor threads, Limits limits, ToIntFunction<T> weight, Consumer<List<T>> work) {
    this.threads = threads;
    this.limits = limits;
    this.weight = weight;
    this.work = work;
  }

  /** Has it done with the next batch; false when too much waits, or after {@link #close}: then it is not done. */
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
   * Takes nothing any more, and returns when what was taken is done.
   *
   * @return false when it was not within that time
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
