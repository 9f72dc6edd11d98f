package io.orderflow.payment;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.pattern.CircuitBreaker;
import com.typesafe.config.Config;
import io.orderflow.kernel.Failures;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker in front of the payment provider: Akka's, with a {@link FailureRate} deciding when it opens. Akka's lets one
 * call through when it is half-open and closes at its success; this one stays half-open until as many as configured were judged.
 *
 * <p>It judges the provider and not one payment. Repeated failures of one payment count once in a window, and those of a payment that is
 * known to fail while others succeed don't count at all. When half-open, a call that does not count gives its permit back.
 */
final class PaymentBreaker {

  static final String NAME = "payment-provider";
  private static final Logger LOG = LoggerFactory.getLogger(PaymentBreaker.class);

  /** The time from one transition to the next: calls are judged together with those that began in the same one. */
  private static final class Phase {
    final State state;
    final FailureRate rate;
    /** When it last opened; null when it is closed. */
    final Instant openSince;
    /** How many more calls may begin; none is used up when it is closed. */
    int permits;

    Phase(State state, FailureRate rate, Instant openSince, int permits) {
      this.state = state;
      this.rate = rate;
      this.openSince = openSince;
      this.permits = permits;
    }
  }

  private final int window;
  private final double threshold;
  private final int halfOpenCalls;
  private final Duration open;
  private final Clock clock;
  private final CircuitBreaker akka;
  private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
  private Phase phase;
  private Instant lastAnswered;

  /**
   * @param settings {@code orderflow.payment.breaker}
   * @throws IllegalArgumentException when a number in it is out of range
   */
  PaymentBreaker(ActorSystem<?> system, Config settings, Clock clock) {
    this.window = settings.getInt("window");
    this.threshold = settings.getDouble("failure-rate");
    this.halfOpenCalls = settings.getInt("half-open-calls");
    this.open = settings.getDuration("open");
    this.clock = clock;
    this.phase = closed();
    if (halfOpenCalls < 1) {
      throw new IllegalArgumentException("half-open-calls must be at least 1");
    }
    // Without a call timeout, which the HTTP call has itself, Akka 2.8.5 asks no failure function but counts each stage that fails:
    // it is therefore given the verdict as a stage and not the answer.
    this.akka = CircuitBreaker.create(system.classicSystem().scheduler(), 1, Duration.ZERO, open)
        .addOnHalfOpenListener(() -> tell(State.HALF_OPEN));
  }

  /** Makes the call and judges it by how it ends; a stage that failed with {@code NOT_CALLED} when the breaker does not permit it. */
  <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
    return call(null, false, call);
  }

  /**
   * The same for a call whose payment is known.
   *
   * @param payment the same for all calls of one payment; null counts every failure
   * @param suspect whether the payment is known to fail while others succeed
   */
  <T> CompletionStage<T> call(String payment, boolean suspect, Supplier<CompletionStage<T>> call) {
    Attempt<T> attempt = new Attempt<>(payment, suspect, call);
    akka.callWithCircuitBreakerCS(attempt);
    return attempt.answer != null ? attempt.answer : CompletableFuture.failedFuture(
        new ProviderFailure(Kind.NOT_CALLED, "the payment provider is not called now: its circuit breaker is open"));
  }

  /** Whether a call would be let through now. */
  synchronized boolean permitsCalls() {
    return switch (phase.state) {
      case CLOSED -> true;
      case OPEN -> akka.isHalfOpen();
      // Until the first call has come back Akka's breaker holds the others.
      case HALF_OPEN -> phase.permits > 0 && !akka.isHalfOpen();
    };
  }

  /** Whether the last call since the last transition did not fail; before there was one, that is hoped for. */
  synchronized boolean seemsWell() {
    return phase.state == State.OPEN || !phase.rate.lastFailed();
  }

  /** When the provider last answered something to go by, through this breaker; null before it has. */
  synchronized Instant lastAnswered() {
    return lastAnswered;
  }

  synchronized BreakerSnapshot snapshot() {
    boolean nobodyCalledYet = phase.state == State.OPEN && akka.isHalfOpen();
    Phase shown = nobodyCalledYet ? halfOpen(phase.openSince) : phase;
    return new BreakerSnapshot(NAME, shown.state, shown.rate.percent(), shown.rate.calls(), shown.openSince);
  }

  /** Has the listener told of each transition, on the thread on which it happens: it must be quick. */
  void onTransition(Consumer<State> listener) {
    listeners.add(listener);
  }

  /** One call, as Akka's breaker makes it: on the caller's thread, or not at all. */
  private final class Attempt<T> implements Callable<CompletionStage<Done>> {

    private final String payment;
    private final boolean suspect;
    private final Supplier<CompletionStage<T>> call;
    private CompletableFuture<T> answer;

    private Attempt(String payment, boolean suspect, Supplier<CompletionStage<T>> call) {
      this.payment = payment;
      this.suspect = suspect;
      this.call = call;
    }

    @Override
    public CompletionStage<Done> call() {
      CompletableFuture<Done> verdict = new CompletableFuture<>();
      Optional<Phase> begunIn = admit();
      if (begunIn.isPresent()) {
        answer = new CompletableFuture<>();
        begin().whenComplete((value, failure) -> end(begunIn.get(), verdict, value, failure));
      } else {
        give(verdict, tripped());
      }
      return verdict;
    }

    private CompletionStage<T> begin() {
      try {
        return call.get();
      } catch (RuntimeException defect) {
        return CompletableFuture.failedFuture(defect);
      }
    }

    private void end(Phase begunIn, CompletableFuture<Done> verdict, T value, Throwable failure) {
      State after = judge(begunIn, payment, suspect, failure);
      // Akka's breaker follows within this line, before the caller hears of the answer.
      give(verdict, after == State.OPEN);
      if (after != begunIn.state) {
        tell(after);
      }
      if (failure == null) {
        answer.complete(value);
      } else {
        answer.completeExceptionally(failure);
      }
    }

    private void give(CompletableFuture<Done> verdict, boolean opens) {
      if (opens) {
        verdict.completeExceptionally(new IllegalStateException("too many calls failed"));
      } else {
        verdict.complete(Done.done());
      }
    }
  }

  /** The phase that a call which Akka's breaker lets through begins in; empty when it must not begin after all. */
  private synchronized Optional<Phase> admit() {
    if (phase.state == State.OPEN && akka.isHalfOpen()) {
      phase = halfOpen(phase.openSince);
    }
    // Open is met here only in the moment between the verdict and Akka's breaker following it.
    if (phase.state == State.OPEN || phase.permits == 0) {
      return Optional.empty();
    }
    if (phase.state == State.HALF_OPEN) {
      phase.permits--;
    }
    return Optional.of(phase);
  }

  /** Takes in how a call ended and answers with the state after it; what began before the last transition changes nothing. */
  private synchronized State judge(Phase begunIn, String payment, boolean suspect, Throwable failure) {
    Throwable cause = Failures.cause(failure);
    boolean failed = cause instanceof ProviderFailure known && known.kind() == Kind.IN_DOUBT;
    boolean answered = cause == null || cause instanceof ProviderFailure known && known.kind() == Kind.NOT_ACCEPTED;
    if (answered) {
      lastAnswered = clock.instant();
    }
    if (begunIn != phase) {
      return begunIn.state;
    }
    boolean saysNothing = failed ? suspect || phase.rate.hasFailureOf(payment) : !answered;
    if (saysNothing) {
      if (phase.state == State.HALF_OPEN) {
        phase.permits++;
      }
      return phase.state;
    }
    if (phase.rate.record(payment, failed)) {
      phase = new Phase(State.OPEN, phase.rate, clock.instant(), 0);
    } else if (phase.state == State.HALF_OPEN && phase.rate.full()) {
      phase = closed();
    }
    return phase.state;
  }

  private synchronized boolean tripped() {
    return phase.state == State.OPEN;
  }

  private Phase closed() {
    return new Phase(State.CLOSED, new FailureRate(window, threshold), null, Integer.MAX_VALUE);
  }

  private Phase halfOpen(Instant openSince) {
    return new Phase(State.HALF_OPEN, new FailureRate(halfOpenCalls, threshold), openSince, halfOpenCalls);
  }

  private void tell(State state) {
    switch (state) {
      case CLOSED -> LOG.info("The circuit breaker {} closed: the provider answers", NAME);
      case OPEN -> LOG.warn("The circuit breaker {} opened: too many calls failed, none is made for {} ms", NAME, open.toMillis());
      case HALF_OPEN -> LOG.info("The circuit breaker {} is half-open: the next {} calls decide", NAME, halfOpenCalls);
    }
    for (Consumer<State> listener : listeners) {
      try {
        listener.accept(state);
      } catch (RuntimeException defect) {
        LOG.error("A listener of the circuit breaker {} failed", NAME, defect);
      }
    }
  }
}
