package io.orderflow.gateway;

import com.typesafe.config.Config;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests that wait for a response. There are four pools of permits. Operators have their own, so that they are served when clients
 * overload the gateway. Requests that wait for an order's end ({@code Prefer: wait}) and requests whose bodies are still arriving have their own too:
 * they are slow, and would exhaust the permits of all others.
 */
final class InFlight {

  /** A pool of permits for one kind of request. */
  static final class Places {

    private final int max;
    private final AtomicInteger taken = new AtomicInteger();

    private Places(int max) {
      this.max = max;
    }

    private boolean take() {
      if (taken.incrementAndGet() <= max) {
        return true;
      }
      taken.decrementAndGet();
      return false;
    }

    void leave() {
      taken.decrementAndGet();
    }
  }

  /** A request's permit. A request whose body is still arriving exchanges its permit for a client permit when the body is complete. */
  final class Seat {

    private Places places;

    private Seat(Places places) {
      this.places = places;
    }

    /** Called when the body is complete; false if no client permit is free. */
    synchronized boolean bodyCame() {
      if (places != arriving) {
        return true;
      }
      boolean free = clients.take();
      if (free) {
        arriving.leave();
        places = clients;
      }
      return free;
    }

    /** Whether the request may use {@code Prefer: wait}. */
    synchronized boolean mayWait() {
      return places == waiting || places == operators;
    }

    synchronized void leave() {
      if (places != null) {
        places.leave();
        places = null;
      }
    }
  }

  private final Places clients;
  private final Places arriving;
  private final Places waiting;
  private final Places operators;

  /** @param gateway {@code orderflow.gateway} */
  InFlight(Config gateway) {
    this.clients = new Places(gateway.getInt("max-in-flight"));
    this.arriving = new Places(gateway.getInt("max-arriving"));
    this.waiting = new Places(gateway.getInt("max-waiting"));
    this.operators = new Places(gateway.getInt("max-operators"));
  }

  /**
   * Acquires a permit, to be released when the response begins; null if none is free.
   *
   * @param waits whether the request has {@code Prefer: wait}; without a permit to wait it may still get one to be answered at once
   * @param bodyInMemory whether the whole body is in memory
   */
  Seat enter(boolean operator, boolean waits, boolean bodyInMemory) {
    if (operator) {
      return seat(operators);
    }
    if (waits && waiting.take()) {
      return new Seat(waiting);
    }
    return seat(bodyInMemory ? clients : arriving);
  }

  private Seat seat(Places places) {
    return places.take() ? new Seat(places) : null;
  }

  /** Permits in use. */
  int size() {
    return clients.taken.get() + arriving.taken.get() + waiting.taken.get() + operators.taken.get();
  }
}
