package io.orderflow.payment;

import java.util.BitSet;

/**
 * The sliding window of the circuit breaker: the outcomes of the last calls, and whether so many of them failed that the breaker must open.
 * The rate is never too high before the window is full. Thread-safe.
 */
public final class FailureRate {

  private final int window;
  private final double threshold;
  private final BitSet failed;
  /** The payment of each call; null if it is unknown. */
  private final String[] payments;
  private int next;
  private int calls;

  /**
   * @param window the number of calls in the window
   * @param threshold the percentage of failures from which on the rate is too high
   * @throws IllegalArgumentException if the window is shorter than one call, or the threshold is not above 0 and at most 100
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
    this.payments = new String[window];
  }

  /** Adds the outcome of a call, in place of the oldest one if the window is full. Returns {@link #tooHigh}. */
  public synchronized boolean record(boolean failure) {
    return record(null, failure);
  }

  /** The same for a call of that payment. */
  public synchronized boolean record(String payment, boolean failure) {
    failed.set(next, failure);
    payments[next] = payment;
    next = (next + 1) % window;
    calls = Math.min(calls + 1, window);
    return tooHigh();
  }

  /** Whether the window has a failure of that payment; false for null. */
  public synchronized boolean hasFailureOf(String payment) {
    for (int i = failed.nextSetBit(0); payment != null && i >= 0; i = failed.nextSetBit(i + 1)) {
      if (payment.equals(payments[i])) {
        return true;
      }
    }
    return false;
  }

  /** Whether the window is full and the failures in it have reached the threshold. */
  public synchronized boolean tooHigh() {
    return full() && failures() * 100.0 >= threshold * window;
  }

  public synchronized boolean full() {
    return calls == window;
  }

  /** Whether the last call failed; false if there was none. */
  public synchronized boolean lastFailed() {
    return calls > 0 && failed.get((next + window - 1) % window);
  }

  public synchronized int calls() {
    return calls;
  }

  public synchronized int failures() {
    return failed.cardinality();
  }

  /** The failures in percent of the calls in the window; 0 if there was none. */
  public synchronized double percent() {
    return calls == 0 ? 0 : failures() * 100.0 / calls;
  }
}
