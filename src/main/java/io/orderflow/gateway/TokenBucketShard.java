package io.orderflow.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.orderflow.kernel.CborSerializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * The home of a share of the clients' buckets: gateways lease tokens here and bring back what they did not use. A bucket that is full is as
 * good as none, so it is dropped; the rest are bounded, the one unused for longest going first. Nothing is stored: when a home moves to
 * another node, its clients begin with full buckets.
 */
final class TokenBucketShard extends AbstractBehavior<TokenBucketShard.Command> {

  sealed interface Command extends CborSerializable {}

  /**
   * Asks for tokens; answered by {@link Granted}.
   *
   * @param client as {@link ClientAddress#allowanceKey} has it
   * @param needed the requests that wait for one
   * @param wanted as many as are welcome, the needed ones included
   */
  record Lease(long client, int needed, int wanted, ActorRef<Granted> replyTo) implements Command {}

  /** Brings back tokens that were leased and not used. */
  record Return(long client, int tokens) implements Command {}

  record Sweep() implements Command {}

  /**
   * What a gateway may let through.
   *
   * @param tokens how many, perhaps none
   * @param left the tokens that are left at home
   * @param nextMillis how long until there is one more
   * @param fullMillis how long until all are there again
   */
  record Granted(long client, int tokens, long left, long nextMillis, long fullMillis) implements CborSerializable {}

  /** A gateway that wants more than it needs gets at most this part of what is there, so that others find some too. */
  private static final int SHARE = 10;
  private static final Duration SWEEP = Duration.ofSeconds(30);

  private final TokenBucket.Rate rate;
  private final int maxClients;
  private final LongSupplier micros;
  private final LinkedHashMap<Long, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  private TokenBucketShard(ActorContext<Command> context, TokenBucket.Rate rate, int maxClients, LongSupplier micros) {
    super(context);
    this.rate = rate;
    this.maxClients = maxClients;
    this.micros = micros;
  }

  /**
   * A home without clients.
   *
   * @param maxClients the buckets that it keeps at most
   * @param micros a clock that does not go back
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
    TokenBucket bucket = buckets.get(lease.client());
    if (bucket == null) {
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
