package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.gateway.RateLimiter.Admitted;
import io.orderflow.gateway.RateLimiter.Decision;
import io.orderflow.gateway.RateLimiter.Refused;
import io.orderflow.gateway.RateLimiter.Unknown;
import io.orderflow.gateway.TokenBucketShard.Granted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One gateway's limiter, with a clock and a home shard that the spec controls. */
class RateLimiterSpec {

  private static final long CLIENT = 42;
  private static final long SECOND = 1_000_000;
  private static final TokenBucket.Rate RATE = TokenBucket.Rate.of(100, Duration.ofMinutes(15));

  private final List<TokenBucketShard.Command> sent = new ArrayList<>();
  private final List<Decision> decided = new ArrayList<>();
  private long now = 1000 * SECOND;
  private RateLimiter limiter = limiter("");

  private RateLimiter limiter(String otherwise) {
    Config limits = ConfigFactory.parseString(otherwise).withFallback(ConfigFactory.defaultReference().getConfig("orderflow.gateway.rate-limit"));
    return new RateLimiter(limits, () -> now, (home, message) -> sent.add(message));
  }

  private Decision ask() {
    Decision decision = limiter.ask(CLIENT, RATE, decided::add);
    if (decision != null) {
      decided.add(decision);
    }
    return decision;
  }

  private void grant(int tokens, long left, long nextMillis, long fullMillis) {
    limiter.granted(new Granted(CLIENT, tokens, left, nextMillis, fullMillis));
  }

  @Test
  void the_first_request_leases_a_few_tokens_and_waits() {
    assertThat(ask()).isNull();
    assertThat(sent).containsExactly(new TokenBucketShard.Lease(CLIENT, 1, 10, RATE, null));
  }

  @Test
  void leased_tokens_admit_requests_without_a_message() {
    ask();
    grant(3, 97, 0, 27_000);

    assertThat(ask()).isEqualTo(new Admitted(98, 9, 18));
    assertThat(ask()).isEqualTo(new Admitted(97, 9, 27));
    assertThat(decided.get(0)).isEqualTo(new Admitted(99, 9, 9));
    assertThat(sent).hasSize(1);
  }

  @Test
  void an_admitted_client_learns_when_it_may_make_one_more_request() {
    ask();
    grant(3, 97, 0, 27_000);
    now += 4 * SECOND;

    assertThat(ask()).isEqualTo(new Admitted(98, 5, 14));
    now += 5 * SECOND;
    assertThat(ask()).isEqualTo(new Admitted(97, 9, 18));
  }

  @Test
  void requests_that_arrive_during_a_lease_request_share_its_reply() {
    ask();
    ask();
    ask();
    grant(2, 0, 9_000, 900_000);

    assertThat(decided).containsExactly(new Admitted(1, 9, 891), new Admitted(0, 9, 900), new Refused(9, 900));
    assertThat(sent).hasSize(1);
  }

  @Test
  void requests_without_a_token_lease_again_while_the_bucket_has_more() {
    ask();
    ask();
    ask();
    grant(1, 5, 0, 855_000);

    assertThat(decided).hasSize(1);
    assertThat(sent).last().isEqualTo(new TokenBucketShard.Lease(CLIENT, 2, 10, RATE, null));
    grant(2, 3, 0, 873_000);
    assertThat(decided).hasSize(3).allMatch(Admitted.class::isInstance);
  }

  @Test
  void a_client_without_tokens_is_rejected_locally_until_the_next_token() {
    ask();
    grant(0, 0, 9_000, 900_000);
    assertThat(decided).containsExactly(new Refused(9, 900));

    now += 8 * SECOND;
    assertThat(ask()).isEqualTo(new Refused(1, 892));
    assertThat(sent).hasSize(1);
    now += 2 * SECOND;
    assertThat(ask()).isNull();
    assertThat(sent).hasSize(2);
  }

  @Test
  void unused_tokens_are_returned_after_the_lease_time_and_the_client_is_forgotten() {
    ask();
    grant(10, 90, 0, 90_000);
    now += 6 * SECOND;
    limiter.tick();

    assertThat(sent).last().isEqualTo(new TokenBucketShard.Return(CLIENT, 9));
    assertThat(limiter.clients()).isZero();
  }

  @Test
  void tokens_that_arrive_too_late_are_returned() {
    ask();
    now += SECOND;
    limiter.tick();
    grant(10, 90, 0, 90_000);

    assertThat(sent).last().isEqualTo(new TokenBucketShard.Return(CLIENT, 10));
  }

  @Test
  void an_open_gateway_admits_requests_while_the_home_shard_is_silent() {
    ask();
    now += SECOND;
    limiter.tick();

    assertThat(decided).containsExactly(new Admitted(100, 0, 0));
    assertThat(ask()).isEqualTo(new Admitted(100, 0, 0));
  }

  @Test
  void a_closed_gateway_rejects_requests_while_the_home_shard_is_silent() {
    limiter = limiter("when-unreachable = closed");
    ask();
    now += SECOND;
    limiter.tick();

    assertThat(decided).containsExactly(new Unknown());
    assertThat(ask()).isEqualTo(new Unknown());
  }

  @Test
  void a_silent_home_shard_is_asked_again_after_a_while() {
    ask();
    now += SECOND;
    limiter.tick();
    now += SECOND;

    assertThat(ask()).isNull();
    assertThat(sent).hasSize(2);
  }

  @Test
  void a_token_that_is_given_back_admits_another_request() {
    ask();
    grant(1, 0, 9_000, 900_000);
    limiter.refund(CLIENT, (Admitted) decided.get(0));

    assertThat(ask()).isInstanceOf(Admitted.class);
    assertThat(ask()).isInstanceOf(Refused.class);
  }

  @Test
  void a_token_that_is_given_back_after_its_lease_goes_home() {
    ask();
    grant(1, 0, 9_000, 900_000);
    now += 6 * SECOND;
    limiter.tick();
    limiter.refund(CLIENT, (Admitted) decided.get(0));

    assertThat(sent).last().isEqualTo(new TokenBucketShard.Return(CLIENT, 1));
  }

  @Test
  void a_request_that_was_not_counted_gives_no_token_back() {
    ask();
    now += SECOND;
    limiter.tick();
    limiter.refund(CLIENT, (Admitted) decided.get(0));

    assertThat(sent).hasSize(1);
    now += SECOND;
    assertThat(ask()).isNull();
  }

  @Test
  void clients_beyond_the_bound_are_not_admitted() {
    limiter = limiter("clients-per-gateway = 2");
    limiter.ask(1, RATE, decided::add);
    limiter.ask(2, RATE, decided::add);

    assertThat(limiter.ask(3, RATE, decided::add)).isEqualTo(new Unknown());
    assertThat(limiter.clients()).isEqualTo(2);
  }
}
