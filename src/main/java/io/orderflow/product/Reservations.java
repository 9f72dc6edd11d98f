package io.orderflow.product;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** The open reservations of one product, by order. Immutable. A change costs O(log n), because a hot product has thousands of reservations. */
public final class Reservations {

  private final PMap<String, Integer> byOrder;
  private final long total;

  private Reservations(PMap<String, Integer> byOrder, long total) {
    this.byOrder = byOrder;
    this.total = total;
  }

  /** No reservations. */
  public static Reservations none() {
    return new Reservations(HashTreePMap.empty(), 0);
  }

  /** Reads the stored form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Reservations of(Map<String, Integer> quantities) {
    return new Reservations(HashTreePMap.from(quantities), quantities.values().stream().mapToLong(Integer::longValue).sum());
  }

  /** The quantity that the order has reserved. Empty if it has no reservation. */
  public Optional<Integer> of(String orderId) {
    return Optional.ofNullable(byOrder.get(orderId));
  }

  /** Adds a reservation for an order that has none. */
  public Reservations with(String orderId, int quantity) {
    return new Reservations(byOrder.plus(orderId, quantity), total + quantity);
  }

  /** Removes the order's reservation, if there is one. */
  public Reservations without(String orderId) {
    return of(orderId).map(quantity -> new Reservations(byOrder.minus(orderId), total - quantity)).orElse(this);
  }

  /** The number of reserved pieces. */
  public long total() {
    return total;
  }

  /** The stored form: quantities by order. */
  @JsonValue
  public Map<String, Integer> quantities() {
    return byOrder;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Reservations reservations && byOrder.equals(reservations.byOrder);
  }

  @Override
  public int hashCode() {
    return byOrder.hashCode();
  }

  @Override
  public String toString() {
    return byOrder.toString();
  }
}
