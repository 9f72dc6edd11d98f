package io.orderflow.gateway;

import com.typesafe.config.Config;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests whose answer has not begun. Operators have a bound of their own, so that they are heard when clients are too many, and so
 * have clients that would rather wait for an order's end ({@code Prefer: wait}): they would take the places of all others for half a minute.
 */
final class InFlight {

  /** Requests of one kind. */
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

  private final Places clients;
  private final Places waiting;
  private final Places operators;

  /** @param gateway {@code orderflow.gateway} */
  InFlight(Config gateway) {
    this.clients = new Places(gateway.getInt("max-in-flight"));
    this.waiting = new Places(gateway.getInt("max-waiting"));
    this.operators = new Places(gateway.getInt("max-operators"));
  }

  /**
   * A place for the request, to be left when its answer begins; null when there is none.
   *
   * @param waits whether it asks to wait; one that finds no place to wait may still find one to be answered at once
   */
  Places enter(boolean operator, boolean waits) {
    if (operator) {
      return operators.take() ? operators : null;
    }
    if (waits && waiting.take()) {
      return waiting;
    }
    return clients.take() ? clients : null;
  }

  /** Whether those who hold this place may wait. */
  boolean mayWait(Places place) {
    return place != clients;
  }

  /** How many have a place. */
  int size() {
    return clients.taken.get() + waiting.taken.get() + operators.taken.get();
  }
}
