package io.orderflow.gateway;

import com.typesafe.config.Config;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the requests whose answer has not begun. Operators have a bound of their own, so that they are heard when clients are too many, and so
 * have clients that would rather wait for an order's end ({@code Prefer: wait}) and those whose bodies are still coming: they would take the
 * places of all others for as long as they are slow.
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

  /** A request's place. A request whose body is still coming changes to the place of a client once it has come. */
  final class Seat {

    private Places places;

    private Seat(Places places) {
      this.places = places;
    }

    /** The body has come; false when there is no place to await the answer in. */
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

    /** Whether the request may wait. */
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
   * A place for the request, to be left when its answer begins; null when there is none.
   *
   * @param waits whether it asks to wait; one that finds no place to wait may still find one to be answered at once
   * @param bodyAtHand whether all of its body has come
   */
  Seat enter(boolean operator, boolean waits, boolean bodyAtHand) {
    if (operator) {
      return seat(operators);
    }
    if (waits && waiting.take()) {
      return new Seat(waiting);
    }
    return seat(bodyAtHand ? clients : arriving);
  }

  private Seat seat(Places places) {
    return places.take() ? new Seat(places) : null;
  }

  /** How many have a place. */
  int size() {
    return clients.taken.get() + arriving.taken.get() + waiting.taken.get() + operators.taken.get();
  }
}
