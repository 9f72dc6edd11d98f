package io.orderflow.gateway;

import com.typesafe.config.Config;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests that wait for a response. There are five pools of permits. Operators have their own, so that they are served when clients
 * overload the gateway. Requests that wait for an order's end ({@code Prefer: wait}) and requests whose bodies are still arriving have their own too:
 * they are slow, and would exhaust the permits of all others. So would requests that are held until the part of the cluster that they need has a home.
 */
final class InFlight {

  /** The permits for one kind of request. */
  private static final class Pool {

    private final int max;
    private final AtomicInteger inUse = new AtomicInteger();

    private Pool(int max) {
      this.max = max;
    }

    private boolean tryAcquire() {
      if (inUse.incrementAndGet() <= max) {
        return true;
      }
      inUse.decrementAndGet();
      return false;
    }

    private void release() {
      inUse.decrementAndGet();
    }
  }

  /** A request's permit. A request whose body is still arriving exchanges its permit for a client permit when the body is complete. */
  final class Permit {

    private Pool pool;

    private Permit(Pool pool) {
      this.pool = pool;
    }

    /** Called when the body is complete; false if no client permit is free. */
    synchronized boolean bodyArrived() {
      if (pool != arriving) {
        return true;
      }
      boolean free = clients.tryAcquire();
      if (free) {
        arriving.release();
        pool = clients;
      }
      return free;
    }

    /** Whether the request may use {@code Prefer: wait}. */
    synchronized boolean mayWait() {
      return pool == waiting || pool == operators;
    }

    /** Called when the request is to be held; false if no permit for that is free. Operators keep their own. */
    synchronized boolean hold() {
      if (pool == operators || pool == held) {
        return true;
      }
      if (pool == null || !held.tryAcquire()) {
        return false;
      }
      pool.release();
      pool = held;
      return true;
    }

    /** Returns the permit to its pool. Further calls do nothing. */
    synchronized void release() {
      if (pool != null) {
        pool.release();
        pool = null;
      }
    }
  }

  private final Pool clients;
  private final Pool arriving;
  private final Pool waiting;
  private final Pool operators;
  private final Pool held;

  /** @param gateway {@code orderflow.gateway} */
  InFlight(Config gateway) {
    this.clients = new Pool(gateway.getInt("max-in-flight"));
    this.arriving = new Pool(gateway.getInt("max-arriving"));
    this.waiting = new Pool(gateway.getInt("max-waiting"));
    this.operators = new Pool(gateway.getInt("max-operators"));
    this.held = new Pool(gateway.getInt("hold.max"));
  }

  /**
   * Acquires a permit; null if none is free. It must be released before the client can have the response.
   *
   * @param waits whether the request has {@code Prefer: wait}; without a permit to wait it may still get one to be answered at once
   * @param bodyInMemory whether the whole body is in memory
   */
  Permit tryAcquire(boolean operator, boolean waits, boolean bodyInMemory) {
    if (operator) {
      return permit(operators);
    }
    if (waits && waiting.tryAcquire()) {
      return new Permit(waiting);
    }
    return permit(bodyInMemory ? clients : arriving);
  }

  private Permit permit(Pool pool) {
    return pool.tryAcquire() ? new Permit(pool) : null;
  }

  /** Permits in use. */
  int size() {
    return clients.inUse.get() + arriving.inUse.get() + waiting.inUse.get() + operators.inUse.get() + held();
  }

  /** Requests that are held. */
  int held() {
    return held.inUse.get();
  }
}
