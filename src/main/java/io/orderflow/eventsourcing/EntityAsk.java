package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.pattern.Patterns;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.SameThread;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Asks entities, wherever they are. A message that was not handled, because its entity was about to move, is sent again within the time limit. */
public final class EntityAsk {

  /** The time after which a message is sent again. A shard that moves has a new home after some hundred milliseconds, and buffers messages until then. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  private EntityAsk() {}

  /**
   * Sends a message.
   *
   * @param message makes it for the address of the reply
   * @return fails with a rejection ({@link Rejection#in}), or with a {@link java.util.concurrent.TimeoutException} after the limit; the message may have
   *     taken effect then
   */
  public static <R> CompletionStage<R> ask(ActorSystem<?> system, EntityRef<Message> entity, Function<ActorRef<StatusReply<R>>, Message> message,
      Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    return SameThread.answer(entity.<R>askWithStatus(message::apply, limit)).exceptionallyCompose(failure -> {
      Duration left = Duration.ofNanos(deadline - System.nanoTime()).minus(PAUSE);
      return Rejection.isMoved(failure) && !left.isNegative() && !left.isZero()
          ? Patterns.after(PAUSE, system.classicSystem().scheduler(), system.executionContext(), () -> ask(system, entity, message, left))
          : CompletableFuture.failedFuture(failure);
    });
  }
}
