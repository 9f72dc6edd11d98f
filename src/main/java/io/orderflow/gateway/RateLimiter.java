package io.orderflow.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import io.orderflow.gateway.TokenBucketShard.Granted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Enforces a rate limit per client across all gateways. Tokens are leased in small batches from the client's home shard, so that most requests need
 * no message. Unused tokens are returned when the lease ends. Tokens leave the home shard before they are used, so all gateways together admit, over
 * any interval, at most burst + rate × (interval + lease time).
 */
final class RateLimiter {

  /** The limiter's decision about one request. */
  sealed interface Decision {}

  /**
   * The request is within the limit.
   *
   * @param remaining requests that may be made now
   * @param nextSeconds until one more may be made; 0 if the bucket is full
   * @param resetSeconds until the bucket is full
   */
  record Admitted(long remaining, long nextSeconds, long resetSeconds) implements Decision {}

  /** The client has exceeded its limit. */
  record Refused(long retryAfterSeconds, long resetSeconds) implements Decision {}

  /** No decision is possible now: the home shard does not reply, or this gateway tracks too many clients. */
  record Unknown() implements Decision {}

  /** Number of home shards. It must be the same on every node, since it determines the entity ids. */
  private static final int HOMES = 64;
  private static final EntityTypeKey<TokenBucketShard.Command> HOME = EntityTypeKey.create(TokenBucketShard.Command.class, "TokenBucketShard");
  private static final Duration TICK = Duration.ofMillis(100);
  private static final long MILLION = 1_000_000;

  private record Tick() {}

  /** One client's leased tokens on this gateway, and the requests waiting for more. Guarded by its own monitor. */
  private static final class Lease {
    private final TokenBucket.Rate rate;
    private int tokens;
    private long left;
    private long grantedAt;
    private long nextAt;
    private long fullAt;
    private boolean asking;
    private long askedAt;
    private boolean over;
    private List<Consumer<Decision>> waiting = new ArrayList<>(2);

    private Lease(TokenBucket.Rate rate) {
      this.rate = rate;
    }
  }

  private final int batch;
  private final long leaseMicros;
  private final long replyTimeoutMicros;
  private final int maxClients;
  private final boolean open;
  private final LongSupplier micros;
  private final BiConsumer<Integer, TokenBucketShard.Command> homes;
  private final ConcurrentHashMap<Long, Lease> leases = new ConcurrentHashMap<>();
  private volatile ActorRef<Granted> inbox;
  private volatile long unreachableUntil = Long.MIN_VALUE;

  /**
   * Creates this gateway's limiter.
   *
   * @param limits {@code orderflow.gateway.rate-limit}
   * @param micros a monotonic clock, in microseconds
   * @param homes sends a message to the home shard with that number
   */
  RateLimiter(Config limits, LongSupplier micros, BiConsumer<Integer, TokenBucketShard.Command> homes) {
    this.batch = limits.getInt("lease");
    this.leaseMicros = limits.getDuration("lease-time").toNanos() / 1000;
    this.replyTimeoutMicros = limits.getDuration("patience").toNanos() / 1000;
    this.maxClients = limits.getInt("clients-per-gateway");
    this.open = limits.getEnum(WhenUnreachable.class, "when-unreachable") == WhenUnreachable.open;
    this.micros = micros;
    this.homes = homes;
  }

  private enum WhenUnreachable { open, closed }

  /**
   * Starts a limiter whose home shards are distributed over the cluster's gateways.
   *
   * @param byAddress the rate of leases by older gateways, which limit by address alone
   */
  static RateLimiter start(ActorSystem<?> system, Config limits, TokenBucket.Rate byAddress) {
    LongSupplier micros = () -> System.nanoTime() / 1000;
    ClusterSharding sharding = ClusterSharding.get(system);
    int perHome = Math.max(1, limits.getInt("clients") / HOMES);
    Entity<TokenBucketShard.Command, ShardingEnvelope<TokenBucketShard.Command>> homes =
        Entity.of(HOME, context -> TokenBucketShard.create(byAddress, perHome, micros))
            // Passivation would lose the token buckets.
            .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy());
    sharding.init(Cluster.get(system).selfMember().hasRole("gateway") ? homes.withRole("gateway") : homes);
    RateLimiter limiter = new RateLimiter(limits, micros,
        (home, message) -> sharding.entityRefFor(HOME, Integer.toString(home)).tell(message));
    limiter.inbox = system.<Granted>systemActorOf(limiter.inbox(), "rate-limiter", Props.empty());
    return limiter;
  }

  /** Clients with leased tokens or waiting requests on this gateway. */
  int clients() {
    return leases.size();
  }

  /**
   * Takes a token for one request of the client.
   *
   * @param client the key of its bucket
   * @param rate of its bucket; always the same for the same client
   * @param later called with the decision when it needs a reply from the home shard
   * @return the decision, or null if it is passed to {@code later}
   */
  Decision ask(long client, TokenBucket.Rate rate, Consumer<Decision> later) {
    while (true) {
      Lease lease = leases.get(client);
      if (lease == null) {
        if (leases.size() >= maxClients) {
          return new Unknown();
        }
        lease = leases.computeIfAbsent(client, unknown -> new Lease(rate));
      }
      synchronized (lease) {
        if (!lease.over) {
          return decide(client, lease, later);
        }
      }
      leases.remove(client, lease);
    }
  }

  private Decision decide(long client, Lease lease, Consumer<Decision> later) {
    long now = micros.getAsLong();
    if (lease.tokens > 0) {
      lease.tokens--;
      return admitted(lease, now);
    }
    if (lease.nextAt > now) {
      return refused(lease, now);
    }
    if (unreachableUntil > now) {
      return unreachable(lease);
    }
    lease.waiting.add(later);
    if (!lease.asking) {
      lease.asking = true;
      lease.askedAt = now;
      lease(client, lease);
    }
    return null;
  }

  private void lease(long client, Lease lease) {
    int needed = lease.waiting.size();
    homes.accept(home(client), new TokenBucketShard.Lease(client, needed, Math.max(needed, batch), lease.rate, inbox));
  }

  /** Handles a home shard's reply. */
  void granted(Granted granted) {
    Lease lease = leases.get(granted.client());
    if (lease == null) {
      giveBack(granted.client(), granted.tokens());
      return;
    }
    List<Runnable> decided = new ArrayList<>();
    synchronized (lease) {
      if (lease.over || !lease.asking) {
        giveBack(granted.client(), granted.tokens());
        return;
      }
      long now = micros.getAsLong();
      lease.asking = false;
      lease.tokens += granted.tokens();
      lease.left = granted.left();
      lease.grantedAt = now;
      lease.nextAt = now + granted.nextMillis() * 1000;
      lease.fullAt = now + granted.fullMillis() * 1000;
      List<Consumer<Decision>> waiting = lease.waiting;
      lease.waiting = new ArrayList<>(2);
      for (Consumer<Decision> each : waiting) {
        if (lease.tokens > 0) {
          lease.tokens--;
          Decision decision = admitted(lease, now);
          decided.add(() -> each.accept(decision));
        } else if (granted.tokens() == 0 || lease.nextAt > now) {
          Decision decision = refused(lease, now);
          decided.add(() -> each.accept(decision));
        } else {
          lease.waiting.add(each);
        }
      }
      if (!lease.waiting.isEmpty()) {
        // These requests arrived while the reply was under way, and the bucket has more tokens.
        lease.asking = true;
        lease.askedAt = now;
        lease(granted.client(), lease);
      }
    }
    decided.forEach(Runnable::run);
  }

  /** Returns unused tokens at the end of a lease and decides for requests that waited too long. Called every 100 ms. */
  void tick() {
    long now = micros.getAsLong();
    leases.forEach((client, lease) -> {
      List<Consumer<Decision>> waiting = List.of();
      synchronized (lease) {
        if (lease.asking && now - lease.askedAt > replyTimeoutMicros) {
          // Until then, requests don't wait for a silent home shard; afterwards one tries again.
          unreachableUntil = now + replyTimeoutMicros;
          lease.asking = false;
          waiting = lease.waiting;
          lease.waiting = new ArrayList<>(2);
        }
        if (!lease.asking && now - lease.grantedAt > leaseMicros) {
          giveBack(client, lease.tokens);
          lease.over = true;
          leases.remove(client, lease);
        }
      }
      waiting.forEach(each -> each.accept(unreachable(lease)));
    });
  }

  private Decision admitted(Lease lease, long now) {
    long perToken = lease.rate.periodMicros() / lease.rate.tokens();
    long untilFull = lease.fullAt - now - lease.tokens * perToken;
    // Tokens come in at a steady pace up to the last one, with which the bucket is full.
    long untilNext = untilFull <= 0 || perToken == 0 ? untilFull : (untilFull - 1) % perToken + 1;
    return new Admitted(lease.left + lease.tokens, seconds(untilNext), seconds(untilFull));
  }

  private Decision refused(Lease lease, long now) {
    return new Refused(Math.max(1, seconds(lease.nextAt - now)), Math.max(1, seconds(lease.fullAt - now)));
  }

  private Decision unreachable(Lease lease) {
    return open ? new Admitted(lease.rate.tokens(), 0, 0) : new Unknown();
  }

  /** Gives a token back that was taken for a request. */
  void refund(long client, Admitted admitted) {
    if (admitted.resetSeconds() == 0) {
      // It was not counted.
      return;
    }
    Lease lease = leases.get(client);
    if (lease != null) {
      synchronized (lease) {
        if (!lease.over) {
          lease.tokens++;
          return;
        }
      }
    }
    giveBack(client, 1);
  }

  private void giveBack(long client, int tokens) {
    if (tokens > 0) {
      homes.accept(home(client), new TokenBucketShard.Return(client, tokens));
    }
  }

  private static long seconds(long micros) {
    return micros <= 0 ? 0 : (micros + MILLION - 1) / MILLION;
  }

  private static int home(long client) {
    return Math.floorMod(Long.hashCode(client * 0x9E3779B97F4A7C15L), HOMES);
  }

  private Behavior<Granted> inbox() {
    return Behaviors.<Object>withTimers(timers -> {
      timers.startTimerWithFixedDelay(new Tick(), TICK);
      return Behaviors.receive(Object.class)
          .onMessage(Granted.class, granted -> {
            granted(granted);
            return Behaviors.same();
          })
          .onMessage(Tick.class, tick -> {
            tick();
            return Behaviors.same();
          })
          .build();
    }).narrow();
  }
}
