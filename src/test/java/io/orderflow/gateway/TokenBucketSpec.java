package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.gateway.TokenBucket.Rate;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** The bucket compared with an exact model and with its guarantees. */
class TokenBucketSpec {

  /** After that many microseconds, a request for tokens or a return of some. */
  record Call(long after, long wanted, boolean givesBack) {}

  /** Tokens as an exact fraction, its denominator the period. */
  private static final class Model {
    private final Rate rate;
    private BigInteger parts;

    private Model(Rate rate) {
      this.rate = rate;
      this.parts = full();
    }

    private BigInteger full() {
      return big(rate.tokens()).multiply(big(rate.periodMicros()));
    }

    private void pass(long micros) {
      parts = full().min(parts.add(big(micros).multiply(big(rate.tokens()))));
    }

    private long take(long wanted) {
      BigInteger taken = big(wanted).min(parts.divide(big(rate.periodMicros())));
      parts = parts.subtract(taken.multiply(big(rate.periodMicros())));
      return taken.longValueExact();
    }

    private void giveBack(long tokens) {
      parts = full().min(parts.add(big(tokens).multiply(big(rate.periodMicros()))));
    }
  }

  @Property
  void it_gives_exactly_what_the_model_gives(@ForAll("rates") Rate rate, @ForAll("calls") @Size(max = 100) List<Call> calls) {
    TokenBucket bucket = new TokenBucket(rate, 0);
    Model model = new Model(rate);
    long now = 0;
    for (Call call : calls) {
      now += call.after();
      model.pass(call.after());
      if (call.givesBack()) {
        bucket.giveBack(call.wanted(), now);
        model.giveBack(call.wanted());
      } else {
        assertThat(bucket.take(call.wanted(), now)).isEqualTo(model.take(call.wanted()));
      }
    }
  }

  @Property
  void over_any_interval_it_gives_at_most_rate_times_time_and_burst(@ForAll("rates") Rate rate,
      @ForAll("calls") @Size(max = 40) List<Call> calls) {
    TokenBucket bucket = new TokenBucket(rate, 0);
    List<Long> times = new ArrayList<>();
    List<Long> given = new ArrayList<>();
    long now = 0;
    for (Call call : calls) {
      now += call.after();
      times.add(now);
      given.add(bucket.take(call.wanted(), now));
    }
    for (int from = 0; from < given.size(); from++) {
      long sum = 0;
      for (int to = from; to < given.size(); to++) {
        sum += given.get(to);
        BigInteger most = big(rate.tokens()).multiply(big(rate.periodMicros()))
            .add(big(rate.tokens()).multiply(big(times.get(to) - times.get(from))));
        assertThat(big(sum).multiply(big(rate.periodMicros()))).isLessThanOrEqualTo(most);
      }
    }
  }

  @Property
  void it_never_gives_more_than_the_burst_at_once(@ForAll("rates") Rate rate, @ForAll("calls") @Size(max = 20) List<Call> calls) {
    TokenBucket bucket = new TokenBucket(rate, 0);
    long now = 0;
    for (Call call : calls) {
      now += call.after();
      assertThat(bucket.take(Long.MAX_VALUE, now)).isBetween(0L, rate.tokens());
      assertThat(bucket.take(Long.MAX_VALUE, now)).isZero();
    }
  }

  @Property
  void the_next_token_comes_exactly_when_it_says(@ForAll("rates") Rate rate, @ForAll("calls") @Size(max = 20) List<Call> calls) {
    TokenBucket bucket = new TokenBucket(rate, 0);
    long now = 0;
    for (Call call : calls) {
      now += call.after();
      bucket.take(call.wanted(), now);
      long wait = bucket.untilNext(now);
      if (wait > 0) {
        assertThat(bucket.available(now + wait - 1)).isZero();
      }
      now += wait;
      assertThat(bucket.available(now)).isPositive();
    }
  }

  @Property
  void it_is_full_exactly_when_it_says(@ForAll("rates") Rate rate, @ForAll("calls") @Size(max = 20) List<Call> calls) {
    TokenBucket bucket = new TokenBucket(rate, 0);
    long now = 0;
    for (Call call : calls) {
      now += call.after();
      bucket.take(call.wanted(), now);
    }
    long wait = bucket.untilFull(now);
    if (wait > 0) {
      assertThat(bucket.untilFull(now + wait - 1)).isPositive();
    }
    assertThat(bucket.untilFull(now + wait)).isZero();
    assertThat(bucket.available(now + wait)).isEqualTo(rate.tokens());
  }

  @Example
  void a_clock_that_goes_back_adds_no_tokens() {
    TokenBucket bucket = new TokenBucket(Rate.of(10, Duration.ofSeconds(1)), 5_000_000);
    bucket.take(10, 5_000_000);

    assertThat(bucket.take(1, 1_000_000)).isZero();
    assertThat(bucket.take(1, 5_100_000)).isEqualTo(1);
  }

  @Example
  void a_rate_that_overflows_is_rejected() {
    assertThatThrownBy(() -> Rate.of(Long.MAX_VALUE / 2, Duration.ofDays(1))).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Rate.of(0, Duration.ofDays(1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Provide
  Arbitrary<Rate> rates() {
    return Combinators.combine(Arbitraries.longs().between(1, 1_000_000), Arbitraries.longs().between(1, 1_000_000_000_000L)).as(Rate::new);
  }

  @Provide
  Arbitrary<List<Call>> calls() {
    return Combinators.combine(
        Arbitraries.oneOf(Arbitraries.longs().between(0, 10), Arbitraries.longs().between(0, 2_000_000_000_000L)),
        Arbitraries.oneOf(Arbitraries.longs().between(0, 20), Arbitraries.longs().between(0, 2_000_000)),
        Arbitraries.of(false, false, false, true)).as(Call::new).list();
  }

  private static BigInteger big(long number) {
    return BigInteger.valueOf(number);
  }
}
