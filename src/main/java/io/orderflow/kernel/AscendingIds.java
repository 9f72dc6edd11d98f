package io.orderflow.kernel;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Makes ids that ascend: UUIDs of version 7 (RFC 9562), the milliseconds since 1970 and a fraction of one in front, 62 random bits behind. New
 * rows of a database come side by side then, where random ids dirty a page of each index for every row. Nobody can guess one; anybody
 * who has one knows when it was made.
 */
public final class AscendingIds implements Supplier<UUID> {

  /** The fractions of a millisecond that there is room for: 12 bits. */
  private static final int FRACTIONS = 4_096;

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong last = new AtomicLong();

  public AscendingIds(Clock clock) {
    this.clock = clock;
  }

  /** Greater than all that were made here before, also when the clock stands still or goes back. */
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
