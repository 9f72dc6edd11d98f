package io.orderflow.gateway;

import java.time.Duration;

/**
 * Tokens that are taken and grow back evenly: never more than the burst at once, never more than rate × time + burst over any interval. Time
 * comes from outside, in microseconds of any clock that does not go back; all arithmetic is whole and exact. Not for several threads.
 */
final class TokenBucket {

  /**
   * How fast tokens grow back and how many there can be: that many in each period.
   *
   * @param tokens at least 1
   * @param periodMicros at least 1; the product of the two must fit a long
   */
  record Rate(long tokens, long periodMicros) {

    /** @throws ArithmeticException when tokens × microseconds is more than a long can hold */
    Rate {
      if (tokens < 1 || periodMicros < 1) {
        throw new IllegalArgumentException("a rate needs a token and a time");
      }
      Math.multiplyExact(tokens, periodMicros);
    }

    static Rate of(long tokens, Duration period) {
      return new Rate(tokens, Math.max(1, period.toNanos() / 1000));
    }
  }

  private final Rate rate;
  /** In parts of a token, one for each microsecond of the period: each microsecond brings as many parts as the rate has tokens. */
  private long parts;
  private long asOf;

  /** A full one. */
  TokenBucket(Rate rate, long now) {
    this.rate = rate;
    this.parts = rate.tokens() * rate.periodMicros();
    this.asOf = now;
  }

  /** The whole tokens that are there. */
  long available(long now) {
    refill(now);
    return parts / rate.periodMicros();
  }

  /** Takes that many or as many as there are; tells how many. */
  long take(long wanted, long now) {
    long taken = Math.min(wanted, available(now));
    parts -= taken * rate.periodMicros();
    return taken;
  }

  /** Puts back what was taken and not used. */
  void giveBack(long tokens, long now) {
    refill(now);
    parts = Math.min(rate.tokens() * rate.periodMicros(), parts + Math.min(tokens, rate.tokens()) * rate.periodMicros());
  }

  /** The microseconds until a token is there; 0 when one is. */
  long untilNext(long now) {
    refill(now);
    return ceilDiv(Math.max(0, rate.periodMicros() - parts), rate.tokens());
  }

  /** The microseconds until it is full if nothing more is taken: then it is as if it had never been used. */
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
