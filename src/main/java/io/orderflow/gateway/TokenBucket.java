package io.orderflow.gateway;

import java.time.Duration;

/**
 * A token bucket: at most the burst at once, and at most rate × time + burst over any interval. The caller passes the time, in microseconds of any
 * monotonic clock. Arithmetic is exact, in integers. Not thread-safe.
 */
final class TokenBucket {

  /**
   * The refill rate and the capacity: {@code tokens} per period, and at most {@code tokens} in the bucket.
   *
   * @param tokens at least 1
   * @param periodMicros at least 1; tokens × periodMicros must fit a long
   */
  record Rate(long tokens, long periodMicros) {

    /** @throws ArithmeticException when tokens × microseconds overflows a long */
    Rate {
      if (tokens < 1 || periodMicros < 1) {
        throw new IllegalArgumentException("a rate needs at least one token and one microsecond");
      }
      Math.multiplyExact(tokens, periodMicros);
    }

    static Rate of(long tokens, Duration period) {
      return new Rate(tokens, Math.max(1, period.toNanos() / 1000));
    }
  }

  private final Rate rate;
  /** The content, in units of 1/periodMicros of a token: each microsecond adds as many units as the rate has tokens. */
  private long parts;
  private long asOf;

  /** A full bucket. */
  TokenBucket(Rate rate, long now) {
    this.rate = rate;
    this.parts = rate.tokens() * rate.periodMicros();
    this.asOf = now;
  }

  Rate rate() {
    return rate;
  }

  /** Whole tokens available now. */
  long available(long now) {
    refill(now);
    return parts / rate.periodMicros();
  }

  /** Takes up to {@code wanted} tokens and returns how many were taken. */
  long take(long wanted, long now) {
    long taken = Math.min(wanted, available(now));
    parts -= taken * rate.periodMicros();
    return taken;
  }

  /** Returns unused tokens. */
  void giveBack(long tokens, long now) {
    refill(now);
    parts = Math.min(rate.tokens() * rate.periodMicros(), parts + Math.min(tokens, rate.tokens()) * rate.periodMicros());
  }

  /** Microseconds until a token is available; 0 if one is. */
  long untilNext(long now) {
    refill(now);
    return ceilDiv(Math.max(0, rate.periodMicros() - parts), rate.tokens());
  }

  /** Microseconds until the bucket is full if nothing more is taken. A full bucket equals a new one. */
  long untilFull(long now) {
    refill(now);
    return ceilDiv(rate.tokens() * rate.periodMicros() - parts, rate.tokens());
  }

  private void refill(long now) {
    if (now > asOf) {
      long elapsed = Math.min(now - asOf, rate.periodMicros());
      long full = rate.tokens() * rate.periodMicros();
      long grown = elapsed * rate.tokens();
      parts = grown >= full - parts ? full : parts + grown;
      asOf = now;
    }
  }

  private static long ceilDiv(long dividend, long divisor) {
    return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
  }
}
