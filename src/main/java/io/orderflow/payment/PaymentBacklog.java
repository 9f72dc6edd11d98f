package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.micrometer.core.instrument.MeterRegistry;
import io.orderflow.metrics.Meters;
import io.orderflow.payment.PaymentQueueQueries.Backlog;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size of the payment queue as this node last read it. It is at most a second and one sweep of the journal index old: payments that
 * arrive within that time exceed the bound.
 */
public final class PaymentBacklog {

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  /** A payment that has been queued for no longer is about to be made: a new one need not queue behind it. */
  private static final Duration BEHIND = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(PaymentBacklog.class);

  private enum Message { READ, DONE }

  private final int max;
  private volatile Backlog latest = Backlog.EMPTY;

  private PaymentBacklog(int max) {
    this.max = max;
  }

  /** Starts to read the queue once per second. */
  static PaymentBacklog watch(ActorSystem<?> system, PaymentQueueQueries queue) {
    PaymentBacklog backlog = new PaymentBacklog(system.settings().config().getInt("orderflow.payment.queue.max"));
    MeterRegistry meters = Meters.of(system);
    meters.gauge("orderflow.payments.waiting", backlog, watched -> watched.latest.waiting());
    meters.gauge("orderflow.payments.postponed", backlog, watched -> watched.latest.postponed());
    meters.gauge("orderflow.refunds.failed", backlog, watched -> watched.latest.givenUp());
    Behavior<Message> watching = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startSingleTimer(Message.READ, INTERVAL);
      return Behaviors.receive(Message.class)
          .onMessageEquals(Message.READ, () -> {
            context.pipeToSelf(backlog.read(queue), (done, failure) -> Message.DONE);
            return Behaviors.same();
          })
          .onMessageEquals(Message.DONE, () -> {
            timers.startSingleTimer(Message.READ, INTERVAL);
            return Behaviors.same();
          })
          .build();
    }));
    system.systemActorOf(watching, "payment-backlog", Props.empty());
    return backlog;
  }

  private CompletionStage<Backlog> read(PaymentQueueQueries queue) {
    return queue.backlog(Instant.now(), max).whenComplete((read, failure) -> {
      if (failure == null) {
        latest = read;
      } else {
        LOG.debug("the payment queue can't be read: {}", failure.getMessage());
      }
    });
  }

  /** The queue as it was within the last second. */
  PaymentQueueStatus status() {
    Backlog known = latest;
    return new PaymentQueueStatus(known.waiting(), known.postponed(), known.oldest(), known.givenUp());
  }

  /** Whether the queue has reached its bound. No further order by card is accepted then. */
  boolean isFull() {
    return latest.waiting() >= max;
  }

  /** Whether a payment that is due and not postponed has been queued for more than a second. New charges then queue behind it. */
  boolean isBehind(Instant now) {
    return latest.oldest() != null && latest.oldest().plus(BEHIND).isBefore(now);
  }
}
