package io.orderflow.kernel;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Generates ascending ids: UUIDs of version 7 (RFC 9562), with the milliseconds since 1970 and a fraction of a millisecond in front of 62
 * random bits. New database rows are then stored side by side, whereas random ids would dirty a page of each index for every row. The ids
 * can't be guessed, but they reveal when they were created.
 */
public final class AscendingIds implements Supplier<UUID> {

  /** Fractions of a millisecond, in 12 bits. */
  private static final int FRACTIONS = 4_096;

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong last = new AtomicLong();

  public AscendingIds(Clock clock) {
    this.clock = clock;
  }

  /** Returns an id greater than all earlier ids of this instance, even if the clock stands still or goes back. */
  @Override
  public UUID get() {
    Instant now = clock.instant();
    long fractions = now.toEpochMilli() * FRACTIONS + now.getNano() % 1_000_000L * FRACTIONS / 1_000_000;
    long next = last.accumulateAndGet(fractions, (before, at) -> Math.max(before + 1, at));
    long version = 0x7000;
    long variant = 0x8000_0000_0000_0000L;
    return new UUID(next / FRACTIONS << 16 | version | next % FRACTIONS, variant | random.nextLong() >>> 2);
  }
}
