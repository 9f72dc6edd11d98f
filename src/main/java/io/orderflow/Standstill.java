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
 * Ends a node after a pause so long that the others may have removed it: the process was stopped, the machine was suspended or swapping, or
 * a garbage collection took seconds. The node does not know of its removal yet, and its aggregates would reply from an old state.
 *
 * <p>A thread records the time every 100 ms, by a clock that continues while the process is stopped. After a pause, either that thread or
 * {@link #guard} finds the gap: {@code guard} checks before each response leaves. The only node with aggregates survives any pause, because
 * no other node can have taken over.
 */
final class Standstill {

  private static final Duration TICK = Duration.ofMillis(100);
  private static final Logger LOG = LoggerFactory.getLogger(Standstill.class);

  private final long limitNanos;
  private final LongSupplier nanos;
  private final BooleanSupplier othersServe;
  private final Runnable end;

  private volatile long lastTick;
  /** The value at the last tick. News from the cluster after a pause comes too late. */
  private volatile boolean othersServed;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * @param limit the longest pause that the node survives
   * @param nanos a clock that continues while the process is stopped
   * @param othersServe whether other nodes can take over from this one
   * @param end ends the node at once; called at most once, and need not return
   */
  Standstill(Duration limit, LongSupplier nanos, BooleanSupplier othersServe, Runnable end) {
    this.limitNanos = limit.toNanos();
    this.nanos = nanos;
    this.othersServe = othersServe;
    this.end = end;
    this.lastTick = nanos.getAsLong();
  }

  /** Watches a node with aggregates, as {@code orderflow.end-after-standstill} configures. Checks before each response of these routes. */
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
        // At once: a coordinated shutdown would go on serving for seconds.
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

  /** Records the time, unless the pause since the last tick was too long. */
  void tick() {
    if (isFresh()) {
      othersServed = othersServe.getAsBoolean();
      lastTick = nanos.getAsLong();
    }
  }

  /** Whether this node's state is current. False once the node has been ended. */
  boolean isFresh() {
    long stood = nanos.getAsLong() - lastTick;
    if (stood > limitNanos && othersServed && ended.compareAndSet(false, true)) {
      LOG.error("This node paused for {} ms, and others may have taken over: it ends. Restart it to join the cluster again.",
          stood / 1_000_000);
      end.run();
    }
    return !ended.get();
  }

  private Route guard(Route routes) {
    return new AllDirectives() {}.mapResponse(this::checked, () -> routes);
  }

  private HttpResponse checked(HttpResponse answer) {
    return isFresh() ? answer : Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the node is ending after a long pause").response();
  }
}
