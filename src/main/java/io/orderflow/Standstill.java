package io.orderflow;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a node that stood still for so long that the others may have gone on without it: its process was stopped, its machine slept or
 * swapped, its heap was collected for seconds. It does not know yet that it was removed, and its aggregates would answer from an old state.
 *
 * <p>A thread notes the time every 100 ms by a clock that goes on while the process is stopped. After a standstill either that thread is
 * the first to see the gap or an answer that is about to leave: {@link #guard} looks before each. A node that is the only one with
 * aggregates has nobody who could have gone on without it, and lives on.
 */
final class Standstill {

  private static final Duration TICK = Duration.ofMillis(100);
  private static final Logger LOG = LoggerFactory.getLogger(Standstill.class);

  private final long limitNanos;
  private final LongSupplier nanos;
  private final BooleanSupplier othersServe;
  private final Runnable end;

  private volatile long lastTick;
  /** As it was at the last tick: what the cluster tells after a standstill comes too late. */
  private volatile boolean othersServed;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * @param limit the longest standstill that the node survives
   * @param nanos a clock that goes on while the process is stopped
   * @param othersServe whether there are other nodes that could go on without this one
   * @param end ends the node at once; is called once, or never returns
   */
  Standstill(Duration limit, LongSupplier nanos, BooleanSupplier othersServe, Runnable end) {
    this.limitNanos = limit.toNanos();
    this.nanos = nanos;
    this.othersServe = othersServe;
    this.end = end;
    this.lastTick = nanos.getAsLong();
  }

  /** Watches over a node with aggregates, as {@code orderflow.end-after-standstill} says, and looks before each answer of these routes. */
  static Route guard(ActorSystem<?> system, Route routes) {
    Config config = system.settings().config();
    Duration limit = config.getDuration("orderflow.end-after-standstill");
    if (limit.isZero()) {
      return routes;
    }
    Cluster cluster = Cluster.get(system);
    boolean ownProcess = config.getBoolean("akka.coordinated-shutdown.exit-jvm");
    Standstill standstill = new Standstill(limit, System::nanoTime, () -> othersServe(cluster), () -> {
      if (ownProcess) {
        // At once: an orderly end would go on serving for seconds.
        Runtime.getRuntime().halt(1);
      }
      system.terminate();
    });
    Thread watch = new Thread(() -> {
      while (!standstill.ended.get() && !system.whenTerminated().isCompleted()) {
        standstill.tick();
        LockSupport.parkNanos(TICK.toNanos());
      }
    }, "standstill");
    watch.setDaemon(true);
    watch.setPriority(Thread.MAX_PRIORITY);
    watch.start();
    return standstill.guard(routes);
  }

  private static boolean othersServe(Cluster cluster) {
    for (Member member : cluster.state().getMembers()) {
      if (member.hasRole("services") && !member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
        return true;
      }
    }
    return false;
  }

  /** Notes the time. */
  void tick() {
    if (isFresh()) {
      othersServed = othersServe.getAsBoolean();
      lastTick = nanos.getAsLong();
    }
  }

  /** Whether what this node knows may be told; false when it has ended. */
  boolean isFresh() {
    long stood = nanos.getAsLong() - lastTick;
    if (stood > limitNanos && othersServed && ended.compareAndSet(false, true)) {
      LOG.error("This node stood still for {} ms: the others may have gone on without it. It ends, and can join again when it is started.",
          stood / 1_000_000);
      end.run();
    }
    return !ended.get();
  }

  private Route guard(Route routes) {
    return new AllDirectives() {}.mapResponse(this::checked, () -> routes);
  }

  private HttpResponse checked(HttpResponse answer) {
    return isFresh() ? answer : Problem.of(503, "SERVICE_UNAVAILABLE", "the node ends because it stood still").response();
  }
}
