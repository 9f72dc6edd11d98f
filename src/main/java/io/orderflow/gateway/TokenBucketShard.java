package io.orderflow.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.orderflow.kernel.CborSerializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A home shard: keeps the token buckets of a share of the clients. Gateways lease tokens from it and return the unused ones. A full bucket equals a
 * new one, so it is dropped. The others are bounded in number; the least recently used is evicted first. Nothing is persisted: when a shard moves to
 * another node, its clients start with full buckets.
 */
final class TokenBucketShard extends AbstractBehavior<TokenBucketShard.Command> {

  sealed interface Command extends CborSerializable {}

  /**
   * Asks for tokens; the reply is {@link Granted}.
   *
   * @param client the key from {@link RateLimits}
   * @param needed requests that wait for a token
   * @param wanted the most tokens to grant, the needed ones included
   * @param rate of the client's bucket; null from a gateway of an older version, which knows one rate
   */
  record Lease(long client, int needed, int wanted, TokenBucket.Rate rate, ActorRef<Granted> replyTo) implements Command {}

  /** Returns leased tokens that were not used. */
  record Return(long client, int tokens) implements Command {}

  record Sweep() implements Command {}

  /**
   * The tokens leased to a gateway.
   *
   * @param tokens how many; may be 0
   * @param left tokens left in the bucket
   * @param nextMillis milliseconds until the next token
   * @param fullMillis milliseconds until the bucket is full
   */
  record Granted(long client, int tokens, long left, long nextMillis, long fullMillis) implements CborSerializable {}

  /** A lease exceeds the needed tokens only up to one part in {@value} of those available, so that other gateways find some too. */
  private static final int SHARE = 10;
  private static final Duration SWEEP = Duration.ofSeconds(30);

  private final TokenBucket.Rate defaultRate;
  private final int maxClients;
  private final LongSupplier micros;
  /** One object for each rate, of which there are few: buckets have a reference to it. */
  private final Map<TokenBucket.Rate, TokenBucket.Rate> rates = new HashMap<>();
  private final LinkedHashMap<Long, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  private TokenBucketShard(ActorContext<Command> context, TokenBucket.Rate rate, int maxClients, LongSupplier micros) {
    super(context);
    this.defaultRate = rate;
    this.maxClients = maxClients;
    this.micros = micros;
  }

  /**
   * A shard without buckets.
   *
   * @param rate of leases that name none
   * @param maxClients the most buckets that it keeps
   * @param micros a monotonic clock, in microseconds
   */
  static Behavior<Command> create(TokenBucket.Rate rate, int maxClients, LongSupplier micros) {
    return Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(new Sweep(), SWEEP);
      return Behaviors.setup(context -> new TokenBucketShard(context, rate, maxClients, micros));
    });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Lease.class, this::lease)
        .onMessage(Return.class, this::takeBack)
        .onMessage(Sweep.class, sweep -> dropFull())
        .build();
  }

  private Behavior<Command> lease(Lease lease) {
    long now = micros.getAsLong();
    TokenBucket.Rate rate = rates.computeIfAbsent(lease.rate() == null ? defaultRate : lease.rate(), known -> known);
    TokenBucket bucket = buckets.get(lease.client());
    if (bucket == null || !bucket.rate().equals(rate)) {
      bucket = new TokenBucket(rate, now);
      buckets.put(lease.client(), bucket);
      if (buckets.size() > maxClients) {
        buckets.remove(buckets.keySet().iterator().next());
      }
    }
    long share = Math.max(lease.needed(), Math.min(lease.wanted(), bucket.available(now) / SHARE));
    int tokens = (int) bucket.take(share, now);
    lease.replyTo().tell(new Granted(lease.client(), tokens, bucket.available(now), bucket.untilNext(now) / 1000,
        bucket.untilFull(now) / 1000));
    return this;
  }

  private Behavior<Command> takeBack(Return back) {
    TokenBucket bucket = buckets.get(back.client());
    if (bucket != null) {
      bucket.giveBack(back.tokens(), micros.getAsLong());
    }
    return this;
  }

  private Behavior<Command> dropFull() {
    long now = micros.getAsLong();
    buckets.values().removeIf(bucket -> bucket.untilFull(now) == 0);
    return this;
  }
}
