package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.orderflow.gateway.TokenBucket.Rate;
import io.orderflow.gateway.TokenBucketShard.Granted;
import io.orderflow.gateway.TokenBucketShard.Lease;
import io.orderflow.gateway.TokenBucketShard.Return;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Leases and returns of tokens, as gateways request them from a home shard. */
class TokenBucketShardSpec {

  private static final ActorTestKit KIT = ActorTestKit.create();

  private final AtomicLong micros = new AtomicLong();
  private final TestProbe<Granted> gateway = KIT.createTestProbe(Granted.class);
  private final ActorRef<TokenBucketShard.Command> home = home(100);

  private ActorRef<TokenBucketShard.Command> home(int maxClients) {
    return KIT.spawn(TokenBucketShard.create(Rate.of(100, Duration.ofMinutes(15)), maxClients, micros::get));
  }

  private Granted lease(ActorRef<TokenBucketShard.Command> from, long client, int needed, int wanted) {
    from.tell(new Lease(client, needed, wanted, null, gateway.getRef()));
    return gateway.receiveMessage(Duration.ofSeconds(60));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void a_new_client_has_a_full_bucket_of_which_a_tenth_is_leased() {
    assertThat(lease(home, 1, 1, 10)).isEqualTo(new Granted(1, 10, 90, 0, 90_000));
    assertThat(lease(home, 1, 1, 10)).isEqualTo(new Granted(1, 9, 81, 0, 171_000));
  }

  @Test
  void waiting_requests_get_the_tokens_that_are_left() {
    assertThat(lease(home, 1, 70, 70).tokens()).isEqualTo(70);
    assertThat(lease(home, 1, 70, 70)).isEqualTo(new Granted(1, 30, 0, 9_000, 900_000));
    assertThat(lease(home, 1, 1, 10).tokens()).isZero();
  }

  @Test
  void gateways_together_get_no_more_tokens_than_the_bucket_had() {
    int given = 0;
    for (int i = 0; i < 300; i++) {
      given += lease(home, 1, 1, 10).tokens();
    }
    assertThat(given).isEqualTo(100);
  }

  @Test
  void returned_tokens_are_granted_again() {
    lease(home, 1, 100, 100);
    home.tell(new Return(1, 7));

    assertThat(lease(home, 1, 100, 100).tokens()).isEqualTo(7);
  }

  @Test
  void clients_do_not_share_a_bucket() {
    lease(home, 1, 100, 100);

    assertThat(lease(home, 2, 100, 100).tokens()).isEqualTo(100);
  }

  @Test
  void a_bucket_has_the_rate_of_its_lease_and_starts_anew_with_another_one() {
    home.tell(new Lease(7, 300, 300, Rate.of(300, Duration.ofMinutes(1)), gateway.getRef()));
    assertThat(gateway.receiveMessage(Duration.ofSeconds(60)).tokens()).isEqualTo(300);
    home.tell(new Lease(7, 300, 300, Rate.of(300, Duration.ofMinutes(1)), gateway.getRef()));
    assertThat(gateway.receiveMessage(Duration.ofSeconds(60)).tokens()).isZero();
    home.tell(new Lease(7, 300, 300, Rate.of(20, Duration.ofMinutes(1)), gateway.getRef()));
    assertThat(gateway.receiveMessage(Duration.ofSeconds(60)).tokens()).isEqualTo(20);
  }

  @Test
  void tokens_grow_back_evenly() {
    lease(home, 1, 100, 100);
    micros.addAndGet(Duration.ofSeconds(9).toNanos() / 1000);

    assertThat(lease(home, 1, 100, 100).tokens()).isEqualTo(1);
  }

  @Test
  void a_million_clients_stay_within_the_memory_that_the_settings_state() {
    long before = usedMemory();
    ActorRef<TokenBucketShard.Command> large = KIT.spawn(TokenBucketShard.create(Rate.of(100, Duration.ofMinutes(15)), 1_000_000, micros::get));
    ActorRef<Granted> deaf = KIT.spawn(Behaviors.ignore());
    for (long client = 0; client < 1_200_000; client++) {
      large.tell(new Lease(client, 1, 10, Rate.of(100, Duration.ofMinutes(15)), deaf));
    }
    assertThat(lease(large, 5_000_000, 1, 1).tokens()).isEqualTo(1);
    assertThat(usedMemory() - before).isLessThan(1_000_000 * 150L);
    KIT.stop(large);
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void the_least_recently_used_bucket_is_evicted_when_there_are_too_many() {
    ActorRef<TokenBucketShard.Command> small = home(2);
    lease(small, 1, 100, 100);
    lease(small, 2, 100, 100);
    lease(small, 1, 1, 1);
    lease(small, 3, 100, 100);

    assertThat(lease(small, 1, 1, 1).tokens()).isZero();
    assertThat(lease(small, 2, 1, 1).tokens()).isEqualTo(1);
  }
}
