package io.orderflow.payment;

import java.util.BitSet;

/**
 * The breaker's window: how the last calls ended, and whether so many of them failed that no more should be made. It gives no verdict
 * before it has seen as many calls as it is long.
 */
public final class FailureRate {

  private final int window;
  private final double threshold;
  private final BitSet failed;
  private int next;
  private int calls;

  /**
   * @param window the number of last calls that are judged
   * @param threshold the percentage of failures among them that is too much
   * @throws IllegalArgumentException when the window is shorter than one call or the threshold not above 0 and at most 100
   */
  public FailureRate(int window, double threshold) {
    if (window < 1) {
      throw new IllegalArgumentException("the window must be at least one call long");
    }
    if (!(threshold > 0 && threshold <= 100)) {
      throw new IllegalArgumentException("the threshold must be above 0 and at most 100 percent");
    }
    this.window = window;
    this.threshold = threshold;
    this.failed = new BitSet(window);
  }

  /** Takes in how a call ended, in the place of the oldest when the window is full, and answers whether {@link #tooHigh}. */
  public synchronized boolean record(boolean failure) {
    failed.set(next, failure);
    next = (next + 1) % window;
    calls = Math.min(calls + 1, window);
    return tooHigh();
  }

  /** Whether the window is full and the failures in it have reached the threshold. */
  public synchronized boolean tooHigh() {
    return full() && failures() * 100.0 >= threshold * window;
  }

  /** Whether as many calls have ended as the window is long. */
  public synchronized boolean full() {
    return calls == window;
  }

  /** The calls in the window. */
  public synchronized int calls() {
    return calls;
  }

  /** The failures in the window. */
  public synchronized int failures() {
    return failed.cardinality();
  }

  /** The failures in percent of the calls in the window; 0 when there was none. */
  public synchronized double percent() {
    return calls == 0 ? 0 : failures() * 100.0 / calls;
  }
}
