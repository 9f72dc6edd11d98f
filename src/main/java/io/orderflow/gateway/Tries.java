package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.orderflow.http.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The tries of one exchange. A request to this cluster's services is held while no node can serve it, and repeated until it is answered, its time is up
 * or its client is gone:
 * <ul>
 * <li>After a failure it is repeated, first on another node and without a pause, if nothing of it was begun or it is idempotent.
 * <li>If a try is silent, another one is made beside it, if both may arrive. The first answer counts, and the other tries are aborted.
 * </ul>
 * A request to any other service is made once more at most, on a new connection, after its connection was lost.
 */
final class Tries {

  private static final Problem TOO_MANY = Problem.of(503, Problem.SERVICE_UNAVAILABLE,
      "a part of the service is unavailable, and too many requests wait for it already; try again later");
  private static final Duration MAX_READ = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Exchange exchange;
  private final Service service;
  private final Holding holding;
  private final BooleanSupplier permit;
  /** Those without an end, the latest last. Guarded by this object's monitor, as the fields below are. */
  private final List<Attempt> underWay = new ArrayList<>(1);
  private Attempt latest;
  private int failures;
  private long keptBytes;
  private boolean held;
  /** A rejection by the business, while another try may still take effect. */
  private HttpResponse rejection;
  private Failure lastFailure;

  /** @param permit acquires the permit of a held request; false if none is free */
  Tries(ActorSystem<?> system, Exchange exchange, Service service, Holding holding, BooleanSupplier permit) {
    this.system = system;
    this.exchange = exchange;
    this.service = service;
    this.holding = holding;
    this.permit = permit;
  }

  Exchange exchange() {
    return exchange;
  }

  /** Makes the first try. */
  void begin() {
    holding.count();
    next(false);
  }

  /** How long a try may be silent before {@link #silent} is called; the whole time limit if it never is. */
  Duration silence(Duration limit) {
    return service.isHeld() && holding.silence().compareTo(limit) < 0 ? holding.silence() : limit;
  }

  private void next(boolean fresh) {
    Attempt attempt;
    synchronized (this) {
      if (exchange.hasEnded()) {
        return;
      }
      attempt = new Attempt(this, latest, fresh);
      latest = attempt;
      underWay.add(attempt);
    }
    service.serve(attempt);
  }

  /** Called with the response of a try; false if it isn't passed on. */
  boolean answered(Attempt attempt, HttpResponse response) {
    if (!service.isHeld() || exchange.hasEnded()) {
      return exchange.answer(response, attempt);
    }
    if (Failure.isUnread(response)) {
      response.entity().toStrict(MAX_READ.toMillis(), system).whenComplete((read, broken) -> {
        if (broken == null) {
          answered(attempt, response.withEntity(read));
        } else {
          failed(attempt, Failure.lost(false, Problem.of(502, Problem.SERVICE_UNAVAILABLE, "the service's response was cut off"), broken));
        }
      });
      return true;
    }
    Failure failure = Failure.in(response, exchange.request().method()).orElse(null);
    if (failure != null) {
      failed(attempt, failure);
      return false;
    }
    return isPassedOn(attempt, response) && exchange.answer(response, attempt);
  }

  /**
   * Whether the response is passed on now. A rejection of a change waits for the tries beside it: if one of them takes effect after all, the client must
   * not have been told that the change was rejected.
   */
  private synchronized boolean isPassedOn(Attempt attempt, HttpResponse response) {
    boolean waits = response.status().intValue() / 100 == 4 && underWay.stream().anyMatch(other -> other != attempt)
        && !RepeatRules.isSafe(exchange.request().method()) && response.entity() instanceof HttpEntity.Strict;
    if (waits) {
      underWay.remove(attempt);
      rejection = response;
    }
    return !waits;
  }

  /** Called when a try has failed: makes the next one, or ends the exchange. */
  void failed(Attempt attempt, Failure failure) {
    Duration pause = Duration.ZERO;
    boolean fresh = failure.response() == null;
    HttpResponse rejected;
    synchronized (this) {
      underWay.remove(attempt);
      lastFailure = failure;
      if (exchange.hasEnded() || !underWay.isEmpty()) {
        return;
      }
      failures++;
      if (failures > 1 || failure.response() != null) {
        pause = holding.pause(failures);
      }
      rejected = rejection;
    }
    if (rejected != null) {
      exchange.answer(rejected);
    } else if (!mayFollow(failure, pause)) {
      failure.end(exchange);
    } else if (service.isHeld() && !hold()) {
      exchange.reject(TOO_MANY);
    } else if (pause.isZero()) {
      next(fresh);
    } else {
      system.scheduler().scheduleOnce(pause, () -> next(fresh), system.executionContext());
    }
  }

  private boolean mayFollow(Failure failure, Duration pause) {
    HttpRequest request = exchange.request();
    if (failure.effect() == Failure.Effect.FINAL || !exchange.isInMemory()) {
      return false;
    }
    boolean unsent = failure.effect() == Failure.Effect.NONE;
    if (!service.isHeld()) {
      return failures == 1 && (unsent || request.method().isIdempotent());
    }
    return holding.isSmall(bodyLength()) && exchange.timeLeft().compareTo(pause) > 0 && (unsent || holding.rules().isIdempotent(request, exchange.target()));
  }

  private long bodyLength() {
    return ((HttpEntity.Strict) exchange.request().entity()).getData().size();
  }

  /** Called when no try has been answered for the time of {@link #silence}: leaves silent instances out, and makes another try if it may. */
  void silent() {
    synchronized (this) {
      underWay.forEach(Attempt::unanswered);
      if (underWay.isEmpty() || rejection != null || !exchange.isInMemory() || !holding.isSmall(bodyLength())) {
        return;
      }
    }
    if (holding.rules().mayOverlap(exchange.request(), exchange.target()) && holding.tryRepeatSilent() && hold()) {
      next(false);
    }
  }

  /** Ends the exchange when its time is up. */
  void timeIsUp() {
    Failure failure;
    HttpResponse rejected;
    synchronized (this) {
      rejected = rejection;
      failure = underWay.isEmpty() ? lastFailure : null;
    }
    if (rejected != null) {
      exchange.answer(rejected);
    } else if (failure != null) {
      failure.end(exchange);
    } else {
      exchange.giveUp();
    }
  }

  /** Counts the request as held; false if too many are. */
  private synchronized boolean hold() {
    if (held) {
      return true;
    }
    if (exchange.hasEnded()) {
      return false;
    }
    long length = bodyLength();
    if (!holding.tryKeep(length)) {
      return false;
    }
    if (!permit.getAsBoolean()) {
      holding.release(length);
      return false;
    }
    keptBytes = length;
    held = true;
    return true;
  }

  /**
   * Called once the exchange has ended: aborts the tries that are not needed any more.
   *
   * @param winner the try whose response is passed on; null if none is
   */
  void end(Attempt winner) {
    List<Attempt> others;
    synchronized (this) {
      others = new ArrayList<>(underWay);
      others.remove(winner);
      underWay.clear();
      holding.release(keptBytes);
      keptBytes = 0;
    }
    others.forEach(Attempt::abort);
  }
}
