package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import io.orderflow.journal.Database;
import io.orderflow.metrics.Meters;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many payments wait for the provider, as this node saw it last: at most a second and a sweep of the journal ago. It decides who may
 * join them: what arrives within that time goes beyond the bound.
 */
public final class PaymentBacklog {

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  /** A payment that has waited no longer than this is about to be made: a new one need not go behind it. */
  private static final Duration OLD = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(PaymentBacklog.class);

  private final int max;
  private volatile PaymentQueueTable.Backlog seen = PaymentQueueTable.Backlog.EMPTY;

  private enum Look { INSTANCE }

  private PaymentBacklog(int max) {
    this.max = max;
  }

  /** Watches the queue from now on, from threads that may wait for the database. */
  public static PaymentBacklog watch(ActorSystem<?> system, Database database) {
    PaymentBacklog backlog = new PaymentBacklog(system.settings().config().getInt("orderflow.payment.queue.max"));
    Meters.of(system).gauge("orderflow.payments.waiting", backlog, watched -> watched.seen.waiting());
    Meters.of(system).gauge("orderflow.payments.postponed", backlog, watched -> watched.seen.postponed());
    Meters.of(system).gauge("orderflow.refunds.failed", backlog, watched -> watched.seen.givenUp());
    Behavior<Look> watching = Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Look.INSTANCE, INTERVAL);
      return Behaviors.receive(Look.class).onMessage(Look.class, look -> {
        backlog.look(database);
        return Behaviors.same();
      }).build();
    });
    system.systemActorOf(watching, "payment-backlog", DispatcherSelector.fromConfig("orderflow.blocking-dispatcher"));
    return backlog;
  }

  private void look(Database database) {
    try {
      seen = database.transaction(connection -> PaymentQueueTable.backlog(connection, Instant.now(), max));
    } catch (SQLException unreachable) {
      LOG.debug("the payment queue could not be looked at: {}", unreachable.getMessage());
    }
  }

  /** Whether it has reached its bound: no further order by card may begin. */
  boolean isFull() {
    return seen.waiting() >= max;
  }

  /** Whether a payment waits for its turn that has done so for longer than one that is just being made; what makes a pause does not. */
  boolean isOld(Instant now) {
    return seen.oldest() != null && seen.oldest().plus(OLD).isBefore(now);
  }
}
