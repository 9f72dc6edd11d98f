package io.orderflow.product;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** The open reservations of one product, by order. Immutable; each change costs O(log n), as a hot product has thousands of them. */
public final class Reservations {

  private final PMap<String, Integer> byOrder;
  private final long total;

  private Reservations(PMap<String, Integer> byOrder, long total) {
    this.byOrder = byOrder;
    this.total = total;
  }

  /** Nothing reserved. */
  public static Reservations none() {
    return new Reservations(HashTreePMap.empty(), 0);
  }

  /** As they were stored. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Reservations of(Map<String, Integer> quantities) {
    return new Reservations(HashTreePMap.from(quantities), quantities.values().stream().mapToLong(Integer::longValue).sum());
  }

  /** What the order has reserved; empty when it has nothing. */
  public Optional<Integer> of(String orderId) {
    return Optional.ofNullable(byOrder.get(orderId));
  }

  /** These and one of an order that had none. */
  public Reservations with(String orderId, int quantity) {
    return new Reservations(byOrder.plus(orderId, quantity), total + quantity);
  }

  /** These without the order's, if it has one. */
  public Reservations without(String orderId) {
    return of(orderId).map(quantity -> new Reservations(byOrder.minus(orderId), total - quantity)).orElse(this);
  }

  /** The pieces that are reserved. */
  public long total() {
    return total;
  }

  /** The quantities by order: the stored form. */
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
