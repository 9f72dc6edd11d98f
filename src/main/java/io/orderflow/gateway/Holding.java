package io.orderflow.gateway;

import com.typesafe.config.Config;
import io.orderflow.kernel.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** How a gateway repeats requests, and its bounds for that: the bytes of bodies that it keeps, and the tries that it makes beside a silent one. */
final class Holding {

  private static final double JITTER = 0.5;
  /** Silent requests cost a token each; every request brings a tenth of one. */
  private static final long TOKEN = 10;

  private final RepeatRules rules;
  private final Duration silence;
  private final Duration minPause;
  private final Duration maxPause;
  private final long maxBytes;
  private final long maxBody;
  private final long maxTokens;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong tokens;

  /** @param gateway {@code orderflow.gateway} */
  Holding(Config gateway) {
    Config hold = gateway.getConfig("hold");
    this.rules = new RepeatRules(hold.getStringList("posts"));
    this.silence = hold.getDuration("silence");
    this.minPause = hold.getDuration("min-pause");
    this.maxPause = hold.getDuration("max-pause");
    this.maxBytes = hold.getBytes("max-bytes");
    this.maxBody = hold.getBytes("max-body");
    this.maxTokens = hold.getInt("max") * TOKEN;
    this.tokens = new AtomicLong(maxTokens);
  }

  RepeatRules rules() {
    return rules;
  }

  /** How long a try may be silent before another one is made beside it. */
  Duration silence() {
    return silence;
  }

  /** The pause before the next try. */
  Duration pause(int failures) {
    return Backoff.shortened(Backoff.after(failures, minPause, maxPause), JITTER, ThreadLocalRandom.current());
  }

  /** Whether a body of this length may be kept. A larger one is in memory only if it has arrived with its headers. */
  boolean isSmall(long length) {
    return length <= maxBody;
  }

  /** Reserves memory for a body that is read before it is passed on; false if it is too large or no memory is free. */
  boolean tryKeepBody(long length) {
    return isSmall(length) && tryKeep(length);
  }

  /** Reserves memory for a body; false if none is free. {@link #release} must follow. */
  boolean tryKeep(long length) {
    if (bytes.addAndGet(length) <= maxBytes) {
      return true;
    }
    bytes.addAndGet(-length);
    return false;
  }

  void release(long length) {
    bytes.addAndGet(-length);
  }

  /** Called for each request. Silent requests may be repeated for a tenth of them. */
  void count() {
    if (tokens.get() < maxTokens) {
      tokens.incrementAndGet();
    }
  }

  /**
   * Whether a silent request may be sent a second time. An overloaded service is slow for all requests: without a limit, repeats would double its load
   * for good.
   */
  boolean tryRepeatSilent() {
    if (tokens.addAndGet(-TOKEN) >= 0) {
      return true;
    }
    tokens.addAndGet(TOKEN);
    return false;
  }
}
