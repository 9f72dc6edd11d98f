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
  /** Which payment each call was made for; null where that is unknown. */
  private final String[] payments;
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
    this.payments = new String[window];
  }

  /** Takes in how a call ended, in the place of the oldest when the window is full, and answers whether {@link #tooHigh}. */
  public synchronized boolean record(boolean failure) {
    return record(null, failure);
  }

  /** The same for a call that was made for the given payment. */
  public synchronized boolean record(String payment, boolean failure) {
    failed.set(next, failure);
    payments[next] = payment;
    next = (next + 1) % window;
    calls = Math.min(calls + 1, window);
    return tooHigh();
  }

  /** Whether a call for that payment is among the failures in the window; false for null. */
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

  /** Whether as many calls have ended as the window is long. */
  public synchronized boolean full() {
    return calls == window;
  }

  /** Whether the last call was a failure; not before there was one. */
  public synchronized boolean lastFailed() {
    return calls > 0 && failed.get((next + window - 1) % window);
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
