package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PaymentBreakerSpec {

  private static final Instant NOW = Instant.parse("2027-01-02T03:04:05Z");
  private static ActorTestKit kit;

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create(Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void it_opens_when_the_window_is_full_and_the_threshold_reached_and_not_before() {
    PaymentBreaker breaker = breaker("window = 10, failure-rate = 50, open = 1h");

    calls(breaker, "FFFFFFFF.");
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 8 * 100.0 / 9, 9, null, null));
    calls(breaker, ".");

    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.OPEN, 80, 10, NOW, null));
  }

  @Test
  void failures_below_the_threshold_leave_it_closed() {
    PaymentBreaker breaker = breaker("window = 10, failure-rate = 50, open = 1h");

    calls(breaker, "F.F.F.F..." + "F.F.F.F...");

    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
    assertThat(breaker.snapshot().failureRate()).isEqualTo(40);
  }

  @Test
  void an_open_breaker_makes_no_call() {
    PaymentBreaker breaker = breaker("window = 1, open = 1h");
    calls(breaker, "F");
    AtomicInteger made = new AtomicInteger();

    CompletableFuture<String> answer = breaker.call(() -> {
      made.incrementAndGet();
      return CompletableFuture.completedFuture("made");
    }).toCompletableFuture();

    assertThat(kindOf(answer)).isEqualTo(Kind.NOT_CALLED);
    assertThat(made).hasValue(0);
    assertThat(breaker.permitsCalls()).isFalse();
  }

  @Test
  void half_open_permits_the_first_call_alone_and_then_only_the_calls_that_decide() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 3");
    CompletableFuture<String> first = new CompletableFuture<>();
    breaker.call(() -> first);

    assertThat(breaker.permitsCalls()).isFalse();
    assertThat(kindOf(call(breaker, "."))).isEqualTo(Kind.NOT_CALLED);

    first.complete("answer");
    CompletableFuture<String> second = new CompletableFuture<>();
    CompletableFuture<String> third = new CompletableFuture<>();
    breaker.call(() -> second);
    assertThat(breaker.permitsCalls()).isTrue();
    breaker.call(() -> third);

    assertThat(breaker.permitsCalls()).isFalse();
    assertThat(kindOf(call(breaker, "."))).isEqualTo(Kind.NOT_CALLED);
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.HALF_OPEN, 0, 1, NOW, null));

    third.complete("answer");
    assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
    second.complete("answer");
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 0, 0, null, null));
  }

  @Test
  void it_stays_half_open_until_the_calls_that_decide_are_judged() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 3, failure-rate = 50");

    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.HALF_OPEN, 0, 0, NOW, null));
    calls(breaker, "F");
    assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
    calls(breaker, ".");
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.HALF_OPEN, 50, 2, NOW, null));
    calls(breaker, ".");
    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void it_opens_again_when_too_many_of_them_fail_and_gets_half_open_again() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 3, failure-rate = 50");

    calls(breaker, ".F");
    assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
    List<State> heard = heard(breaker);
    calls(breaker, "F");

    assertThat(heard).startsWith(State.OPEN);
    await().until(() -> breaker.snapshot().state() == State.HALF_OPEN);
    calls(breaker, "...");
    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void one_call_can_be_enough_to_decide() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 1");

    calls(breaker, "F");
    await().until(() -> breaker.snapshot().state() == State.HALF_OPEN);
    calls(breaker, ".");

    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void a_call_that_was_not_sent_returns_its_permit() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 2");

    calls(breaker, "NNNN");
    assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
    calls(breaker, "..");

    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void a_request_that_is_not_accepted_shows_that_the_provider_works() {
    PaymentBreaker breaker = breaker("window = 2, failure-rate = 50, open = 1h");

    calls(breaker, "AAAA");

    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 0, 2, null, null));
  }

  @Test
  void failures_of_one_payment_count_once_in_the_window() {
    PaymentBreaker breaker = breaker("window = 4, failure-rate = 50, open = 1h");

    for (int i = 0; i < 9; i++) {
      call(breaker, "failing", false, "F");
    }
    call(breaker, "a", false, ".");
    call(breaker, "b", false, ".");
    call(breaker, "c", false, ".");
    call(breaker, "failing", false, "F");

    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 25, 4, null, null));
    call(breaker, "d", false, "F");
    assertThat(breaker.snapshot().state()).as("its failure has left the window").isEqualTo(State.CLOSED);
    call(breaker, "failing", false, "F");
    assertThat(breaker.snapshot().state()).isEqualTo(State.OPEN);
  }

  @Test
  void half_open_calls_that_do_not_count_return_their_permits() {
    PaymentBreaker breaker = halfOpen("half-open-calls = 3, failure-rate = 50");

    for (int i = 0; i < 5; i++) {
      call(breaker, "failing", false, "F");
      call(breaker, "known", true, "F");
    }
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.HALF_OPEN, 100, 1, NOW, null));
    call(breaker, "a", false, ".");
    call(breaker, "known", true, ".");

    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void it_remembers_when_the_provider_last_answered() {
    PaymentBreaker breaker = breaker("window = 10, open = 1h");

    calls(breaker, "FN");
    assertThat(breaker.lastAnswered()).isNull();
    calls(breaker, "A");
    assertThat(breaker.lastAnswered()).isEqualTo(NOW);
  }

  @Test
  void a_defect_of_this_program_does_not_count_against_the_provider() {
    PaymentBreaker breaker = breaker("window = 1, open = 1h");

    CompletableFuture<String> answer = breaker.<String>call(() -> {
      throw new IllegalArgumentException("a defect");
    }).toCompletableFuture();

    assertThat(answer).isCompletedExceptionally();
    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 0, 0, null, null));
    assertThat(call(breaker, ".")).isCompletedWithValue("answer");
  }

  @Test
  void a_call_that_began_before_the_last_transition_is_not_judged() {
    PaymentBreaker breaker = breaker("window = 2, failure-rate = 50, half-open-calls = 2, open = 20ms");
    CompletableFuture<String> late = new CompletableFuture<>();
    breaker.call(() -> late);
    calls(breaker, "FF");
    await().until(() -> breaker.snapshot().state() == State.HALF_OPEN);
    calls(breaker, ".");

    late.completeExceptionally(failure(Kind.IN_DOUBT));

    assertThat(breaker.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.HALF_OPEN, 0, 1, NOW, null));
    calls(breaker, ".");
    assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void every_listener_is_told_each_transition_though_one_of_them_throws() {
    PaymentBreaker breaker = breaker("window = 2, half-open-calls = 2, open = 20ms");
    breaker.onTransition(state -> {
      throw new IllegalStateException("a bad listener");
    });
    List<State> heard = heard(breaker);

    calls(breaker, "FF");
    await().until(() -> heard.contains(State.HALF_OPEN));
    calls(breaker, "..");

    assertThat(heard).containsExactly(State.OPEN, State.HALF_OPEN, State.CLOSED);
  }

  @Test
  @Timeout(60)
  void under_many_threads_it_opens_closes_and_never_gets_stuck() throws Exception {
    PaymentBreaker breaker = breaker("window = 5, failure-rate = 50, half-open-calls = 3, open = 1ms");
    AtomicInteger closed = new AtomicInteger();
    breaker.onTransition(state -> closed.addAndGet(state == State.CLOSED ? 1 : 0));
    ExecutorService callers = Executors.newFixedThreadPool(8);
    ExecutorService provider = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Random random = new Random(t);
      all.add(callers.submit(() -> {
        while (closed.get() < 20) {
          boolean fails = random.nextBoolean();
          CompletableFuture<String> answer = breaker.call(() -> CompletableFuture.supplyAsync(() -> {
            if (fails) {
              throw failure(Kind.IN_DOUBT);
            }
            return "answer";
          }, provider)).toCompletableFuture();
          answer.exceptionally(failed -> "failed").join();
        }
      }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    callers.shutdown();
    provider.shutdown();

    await().until(() -> {
      call(breaker, ".");
      return breaker.snapshot().state() == State.CLOSED;
    });
  }

  private static PaymentBreaker breaker(String settings) {
    Config config = ConfigFactory.parseString(settings)
        .withFallback(kit.system().settings().config().getConfig("orderflow.payment.breaker"));
    return new PaymentBreaker(kit.system(), config, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static PaymentBreaker halfOpen(String settings) {
    PaymentBreaker breaker = breaker("window = 1, open = 20ms, " + settings);
    calls(breaker, "F");
    await().until(() -> breaker.snapshot().state() == State.HALF_OPEN);
    return breaker;
  }

  private static List<State> heard(PaymentBreaker breaker) {
    List<State> heard = new CopyOnWriteArrayList<>();
    breaker.onTransition(heard::add);
    return heard;
  }

  /** F fails, A is not accepted, N is not sent, anything else succeeds. */
  private static void calls(PaymentBreaker breaker, String outcomes) {
    outcomes.chars().forEach(outcome -> call(breaker, Character.toString(outcome)));
  }

  private static CompletableFuture<String> call(PaymentBreaker breaker, String outcome) {
    return call(breaker, null, false, outcome);
  }

  private static CompletableFuture<String> call(PaymentBreaker breaker, String payment, boolean knownToFail, String outcome) {
    return breaker.call(payment, knownToFail, () -> switch (outcome) {
      case "F" -> CompletableFuture.<String>failedFuture(failure(Kind.IN_DOUBT));
      case "A" -> CompletableFuture.<String>failedFuture(failure(Kind.NOT_ACCEPTED));
      case "N" -> CompletableFuture.<String>failedFuture(failure(Kind.NOT_CALLED));
      default -> CompletableFuture.completedFuture("answer");
    }).toCompletableFuture();
  }

  private static ProviderFailure failure(Kind kind) {
    return new ProviderFailure(kind, "on purpose");
  }

  private static Kind kindOf(CompletableFuture<?> answer) {
    assertThat(answer).isCompletedExceptionally();
    return answer.handle((value, failure) -> ((ProviderFailure) failure).kind()).join();
  }
}
