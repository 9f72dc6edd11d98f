package io.orderflow.payment;

import akka.Done;
import akka.actor.Scheduler;
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
 * The circuit breaker for calls of the payment provider. Akka's breaker is the state machine; a {@link FailureRate} decides when it opens.
 * Akka's breaker permits one call when half-open and closes at its success. This one stays half-open until the configured number of calls is
 * judged.
 *
 * <p>It judges the provider, not single payments. Repeated failures of one payment count once in the window. Failures of a payment that is
 * known to fail while others succeed don't count. A half-open call that doesn't count returns its permit.
 */
final class PaymentBreaker {

  static final String NAME = "payment-provider";
  private static final Logger LOG = LoggerFactory.getLogger(PaymentBreaker.class);

  /** The time from one transition to the next. A call is judged only if it ends in the phase in which it began. */
  private static final class Phase {
    final State state;
    final FailureRate rate;
    /** When it last opened; null when it is closed. */
    final Instant openSince;
    /** The calls that may still begin. Not counted down while closed. */
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
  private final Scheduler scheduler;
  /** Replaced when operators reset it. */
  private volatile CircuitBreaker akka;
  private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
  private Phase phase;
  private Instant lastAnswered;
  /** The state in which operators hold it: OPEN or CLOSED; null if its calls decide. */
  private volatile State forced;

  /**
   * @param settings {@code orderflow.payment.breaker}
   * @throws IllegalArgumentException if a number in it is out of range
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
    // No call timeout: the HTTP call has its own. Without one, Akka 2.8.5 ignores the failure function and counts each failed stage. So it
    // gets the verdict as a stage, not the answer.
    this.scheduler = system.classicSystem().scheduler();
    this.akka = guard();
  }

  private CircuitBreaker guard() {
    CircuitBreaker[] guard = new CircuitBreaker[1];
    guard[0] = CircuitBreaker.create(scheduler, 1, Duration.ZERO, open).addOnHalfOpenListener(() -> {
      // Not that of a breaker which was replaced while it was open, and not while operators hold it.
      if (guard[0] == akka && forced == null) {
        changed(State.HALF_OPEN);
      }
    });
    return guard[0];
  }

  /** Makes the call and judges its outcome. If the breaker does not permit it, the stage fails with {@code NOT_CALLED}. */
  <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
    return call(null, false, call);
  }

  /**
   * The same for a call of a known payment.
   *
   * @param payment the same for all calls of one payment; with null every failure counts
   * @param knownToFail whether the payment fails while others succeed: its failures don't count
   */
  <T> CompletionStage<T> call(String payment, boolean knownToFail, Supplier<CompletionStage<T>> call) {
    if (forced == State.CLOSED) {
      return unguarded(call);
    }
    Attempt<T> attempt = new Attempt<>(payment, knownToFail, call);
    if (forced == null) {
      akka.callWithCircuitBreakerCS(attempt);
    }
    return attempt.answer != null ? attempt.answer : CompletableFuture.failedFuture(
        new ProviderFailure(Kind.NOT_CALLED, "the payment provider was not called: its circuit breaker is open"));
  }

  /** Makes a call that is not judged. */
  private <T> CompletionStage<T> unguarded(Supplier<CompletionStage<T>> call) {
    CompletionStage<T> answer = begun(call);
    return answer.whenComplete((value, failure) -> {
      if (isAnswer(Failures.cause(failure))) {
        answered();
      }
    });
  }

  private static <T> CompletionStage<T> begun(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException defect) {
      return CompletableFuture.failedFuture(defect);
    }
  }

  /** @param cause null for success */
  private static boolean isAnswer(Throwable cause) {
    return cause == null || cause instanceof ProviderFailure known && known.kind() == Kind.NOT_ACCEPTED;
  }

  private synchronized void answered() {
    lastAnswered = clock.instant();
  }

  /**
   * Holds it in a state until told otherwise: closed permits every call and judges none, open permits none.
   *
   * @param state OPEN or CLOSED; null lets its calls decide again, from an empty window
   */
  void force(State state) {
    State before = snapshot().state();
    synchronized (this) {
      if (forced == state) {
        return;
      }
      forced = state;
      if (state == null) {
        akka = guard();
        phase = closed();
      }
    }
    if (snapshot().state() != before) {
      changed(snapshot().state());
    }
  }

  /** Whether a call is permitted now. */
  synchronized boolean permitsCalls() {
    if (forced != null) {
      return forced == State.CLOSED;
    }
    return switch (phase.state) {
      case CLOSED -> true;
      case OPEN -> akka.isHalfOpen();
      // Akka's breaker permits no other call before the first one has ended.
      case HALF_OPEN -> phase.permits > 0 && !akka.isHalfOpen();
    };
  }

  /** Whether the last judged call did not fail. True while open, and after a transition until the next call is judged. */
  synchronized boolean seemsHealthy() {
    return forced != null || phase.state == State.OPEN || !phase.rate.lastFailed();
  }

  /** When the provider last answered a call of this breaker, with a result or by not accepting it; null if it never has. */
  synchronized Instant lastAnswered() {
    return lastAnswered;
  }

  synchronized BreakerSnapshot snapshot() {
    boolean noCallYet = phase.state == State.OPEN && akka.isHalfOpen();
    Phase shown = noCallYet ? halfOpen(phase.openSince) : phase;
    return new BreakerSnapshot(NAME, forced == null ? shown.state : forced, shown.rate.percent(), shown.rate.calls(),
        forced == State.CLOSED ? null : shown.openSince, forced);
  }

  /** Adds a listener of transitions. It is called on the thread of the transition and must not block. */
  void onTransition(Consumer<State> listener) {
    listeners.add(listener);
  }

  /** One call. Akka's breaker makes it on the caller's thread, or not at all. */
  private final class Attempt<T> implements Callable<CompletionStage<Done>> {

    private final String payment;
    private final boolean knownToFail;
    private final Supplier<CompletionStage<T>> call;
    private CompletableFuture<T> answer;

    private Attempt(String payment, boolean knownToFail, Supplier<CompletionStage<T>> call) {
      this.payment = payment;
      this.knownToFail = knownToFail;
      this.call = call;
    }

    @Override
    public CompletionStage<Done> call() {
      CompletableFuture<Done> verdict = new CompletableFuture<>();
      Optional<Phase> startedIn = admit();
      if (startedIn.isPresent()) {
        answer = new CompletableFuture<>();
        begun(call).whenComplete((value, failure) -> end(startedIn.get(), verdict, value, failure));
      } else {
        complete(verdict, isOpen());
      }
      return verdict;
    }

    private void end(Phase startedIn, CompletableFuture<Done> verdict, T value, Throwable failure) {
      State after = judge(startedIn, payment, knownToFail, failure);
      // Akka's breaker changes its state within this line, before the caller gets the answer.
      complete(verdict, after == State.OPEN);
      if (after != startedIn.state) {
        changed(after);
      }
      if (failure == null) {
        answer.complete(value);
      } else {
        answer.completeExceptionally(failure);
      }
    }

    private void complete(CompletableFuture<Done> verdict, boolean opens) {
      if (opens) {
        verdict.completeExceptionally(new IllegalStateException("too many calls failed"));
      } else {
        verdict.complete(Done.done());
      }
    }
  }

  /** The phase in which a call that Akka's breaker permits begins. Empty if there is no permit for it. */
  private synchronized Optional<Phase> admit() {
    if (phase.state == State.OPEN && akka.isHalfOpen()) {
      phase = halfOpen(phase.openSince);
    }
    // The phase is open here only between a verdict and Akka's change of state.
    if (phase.state == State.OPEN || phase.permits == 0) {
      return Optional.empty();
    }
    if (phase.state == State.HALF_OPEN) {
      phase.permits--;
    }
    return Optional.of(phase);
  }

  /** Judges the outcome of a call and returns the state after it. A call that began before the last transition changes nothing. */
  private synchronized State judge(Phase startedIn, String payment, boolean knownToFail, Throwable failure) {
    Throwable cause = Failures.cause(failure);
    boolean failed = cause instanceof ProviderFailure known && known.kind() == Kind.IN_DOUBT;
    boolean answered = isAnswer(cause);
    if (answered) {
      lastAnswered = clock.instant();
    }
    if (startedIn != phase) {
      return startedIn.state;
    }
    boolean ignored = failed ? knownToFail || phase.rate.hasFailureOf(payment) : !answered;
    if (ignored) {
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

  private synchronized boolean isOpen() {
    return phase.state == State.OPEN;
  }

  private Phase closed() {
    return new Phase(State.CLOSED, new FailureRate(window, threshold), null, Integer.MAX_VALUE);
  }

  private Phase halfOpen(Instant openSince) {
    return new Phase(State.HALF_OPEN, new FailureRate(halfOpenCalls, threshold), openSince, halfOpenCalls);
  }

  private void changed(State state) {
    switch (state) {
      case CLOSED -> LOG.info("circuit breaker {} closed: the provider answers", NAME);
      case OPEN -> LOG.warn("circuit breaker {} opened: too many calls failed; no call is made for {} ms", NAME, open.toMillis());
      case HALF_OPEN -> LOG.info("circuit breaker {} is half-open: the next {} calls decide", NAME, halfOpenCalls);
    }
    for (Consumer<State> listener : listeners) {
      try {
        listener.accept(state);
      } catch (RuntimeException defect) {
        LOG.error("a listener of circuit breaker {} failed", NAME, defect);
      }
    }
  }
}
