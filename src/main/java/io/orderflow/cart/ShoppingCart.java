package io.orderflow.cart;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Precondition;
import io.orderflow.kernel.Rejection;
import io.orderflow.order.PlacedOrder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A shopping cart: products and their quantities, until it is checked out, once, into an order.
 *
 * <p>The checkout records the complete order before the order is placed. So a repeated checkout returns the same order, and a recorded order
 * is placed even if the client never asks again. An open cart that was not changed for {@code orderflow.cart.expires-after} expires at the
 * next command. Its id can then be used for a new cart. A checked-out cart never expires.
 */
public final class ShoppingCart implements Aggregate<ShoppingCart.Command, ShoppingCart.Event, ShoppingCart.State, ShoppingCart.Contents> {

  /** The entity type of carts in the journal. */
  public static final String NAME = "cart";

  /** The manifest of an event after which an order is recorded that may not be placed yet. */
  static final String CHECKED_OUT = "CHECKED_OUT";
  /** The manifest of an event after which the recorded order is placed. */
  static final String PLACED = "PLACED";

  /** @param quantity 1 or more */
  public record Item(String sku, int quantity) {}

  /**
   * @param items at most one for each product, in the order in which the products were added
   * @param order the recorded order; null while the cart is open
   * @param placed whether the order is known to be placed
   * @param changedAt null if the cart does not exist
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(List<Item> items, PlacedOrder order, boolean placed, Instant changedAt) implements CborSerializable {

    static final State NONE = new State(List.of(), null, false, null);

    /** The tag of the cart as clients see it; null if it does not exist. */
    String tag() {
      return changedAt == null ? null : ShoppingCart.tag(items, order, changedAt);
    }

    Optional<Item> item(String sku) {
      return items.stream().filter(item -> item.sku().equals(sku)).findFirst();
    }

    boolean isSameAs(PlacedOrder other) {
      return items.equals(other.items().stream().map(item -> new Item(item.sku(), item.quantity())).toList());
    }

    State with(Item changed, Instant at) {
      List<Item> all = new ArrayList<>(items);
      if (item(changed.sku()).isPresent()) {
        all.replaceAll(item -> item.sku().equals(changed.sku()) ? changed : item);
      } else {
        all.add(changed);
      }
      return new State(List.copyOf(all), null, false, at);
    }

    State without(String sku, Instant at) {
      return new State(items.stream().filter(item -> !item.sku().equals(sku)).toList(), null, false, at);
    }
  }

  /**
   * The reply to every command.
   *
   * @param order the recorded order; null while the cart is open
   * @param placed whether the order is known to be placed
   * @param expiresAt when the cart expires unless it is changed; null after checkout
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Contents(List<Item> items, PlacedOrder order, boolean placed, Instant changedAt, Instant expiresAt)
      implements CborSerializable {

    /** The tag of the cart as clients see it. */
    String tag() {
      return ShoppingCart.tag(items, order, changedAt);
    }
  }

  public sealed interface Command extends CborSerializable {}

  /**
   * Sets the quantity of a product. The first item creates the cart.
   *
   * @param condition on the cart's tag; null for none. A command that would change nothing is not held to its condition
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PutItem(String sku, int quantity, Precondition condition) implements Command {

    public PutItem(String sku, int quantity) {
      this(sku, quantity, null);
    }
  }

  /**
   * Removes a product. Changes nothing if the product is not in the cart.
   *
   * @param condition as in {@link PutItem}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RemoveItem(String sku, Precondition condition) implements Command {

    public RemoveItem(String sku) {
      this(sku, null);
    }
  }

  /**
   * Records the order. If an order was recorded before, changes nothing and replies with that order.
   *
   * @param order must have the cart's items
   * @param condition as in {@link PutItem}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CheckOut(PlacedOrder order, Precondition condition) implements Command {

    public CheckOut(PlacedOrder order) {
      this(order, null);
    }
  }

  /** Notes that the recorded order is placed. */
  public record NotePlaced() implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record ItemPut(String sku, int quantity, Instant at) implements Event {}

  public record ItemRemoved(String sku, Instant at) implements Event {}

  public record CheckedOut(PlacedOrder order, Instant at) implements Event {}

  public record OrderPlaced(Instant at) implements Event {}

  /** The cart was not changed for too long. */
  public record Expired(Instant at) implements Event {}

  private final Clock clock;
  private final Duration expiresAfter;

  /** @param expiresAfter how long an unchanged open cart is kept */
  ShoppingCart(Clock clock, Duration expiresAfter) {
    this.clock = clock;
    this.expiresAfter = expiresAfter;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  /** The text for the journal's manifest column. */
  static String manifest(Event event) {
    return event instanceof CheckedOut ? CHECKED_OUT : event instanceof OrderPlaced ? PLACED : "";
  }

  @Override
  public Decision<Event, Contents> decide(State cart, Command command) {
    if (hasExpired(cart)) {
      return expire(command);
    }
    if (command instanceof PutItem put) {
      return cart.order() == null ? put(cart, put) : checkedOut();
    }
    if (cart.changedAt() == null) {
      return Decision.reject(notFound());
    }
    if (command instanceof RemoveItem remove) {
      return cart.order() == null ? remove(cart, remove) : checkedOut();
    }
    if (command instanceof CheckOut checkOut && cart.order() == null) {
      return checkOut(cart, checkOut);
    }
    if (command instanceof NotePlaced && cart.order() != null && !cart.placed()) {
      return accept(cart, new OrderPlaced(clock.instant()));
    }
    return Decision.reply(contents(cart));
  }

  /** Expires the cart. An item that is put under its id begins a new cart. */
  private Decision<Event, Contents> expire(Command command) {
    Expired expired = new Expired(clock.instant());
    if (!(command instanceof PutItem put)) {
      return Decision.reject(expired, notFound());
    }
    ItemPut item = itemPut(put);
    return Precondition.failure(put.condition(), null).<Decision<Event, Contents>>map(failed -> Decision.reject(expired, failed))
        .orElseGet(() -> Decision.accept(List.of(expired, item), contents(apply(State.NONE, item))));
  }

  private Decision<Event, Contents> put(State cart, PutItem put) {
    Optional<Item> known = cart.item(put.sku());
    if (known.isPresent() && known.get().quantity() == put.quantity()) {
      return Decision.reply(contents(cart));
    }
    if (known.isEmpty() && cart.items().size() == PlacedOrder.MAX_ITEMS) {
      return Decision.reject(Rejection.conflict("CART_FULL", "a cart holds at most " + PlacedOrder.MAX_ITEMS + " products"));
    }
    return acceptIf(put.condition(), cart, itemPut(put));
  }

  private Decision<Event, Contents> remove(State cart, RemoveItem remove) {
    return cart.item(remove.sku()).isEmpty() ? Decision.reply(contents(cart))
        : acceptIf(remove.condition(), cart, new ItemRemoved(remove.sku(), clock.instant()));
  }

  private Decision<Event, Contents> checkOut(State cart, CheckOut checkOut) {
    if (cart.items().isEmpty()) {
      return Decision.reject(empty());
    }
    if (!cart.isSameAs(checkOut.order())) {
      return Decision.reject(Rejection.conflict("CART_CHANGED", "the cart was changed during its checkout"));
    }
    return acceptIf(checkOut.condition(), cart, new CheckedOut(checkOut.order(), clock.instant()));
  }

  private Decision<Event, Contents> acceptIf(Precondition condition, State cart, Event event) {
    return Precondition.failure(condition, cart.tag()).<Decision<Event, Contents>>map(Decision::reject).orElseGet(() -> accept(cart, event));
  }

  private static String tag(List<Item> items, PlacedOrder order, Instant changedAt) {
    String contents = items.stream().map(item -> item.sku() + "=" + item.quantity()).collect(Collectors.joining(","));
    return Ids.named("cart", changedAt.toString(), order == null ? "open" : "checked-out", contents);
  }

  private Decision<Event, Contents> accept(State cart, Event event) {
    return Decision.accept(event, contents(apply(cart, event)));
  }

  private boolean hasExpired(State cart) {
    return cart.changedAt() != null && cart.order() == null && !clock.instant().isBefore(cart.changedAt().plus(expiresAfter));
  }

  private ItemPut itemPut(PutItem put) {
    return new ItemPut(put.sku(), put.quantity(), clock.instant());
  }

  private Contents contents(State cart) {
    return new Contents(cart.items(), cart.order(), cart.placed(), cart.changedAt(),
        cart.order() == null ? cart.changedAt().plus(expiresAfter) : null);
  }

  static Rejection empty() {
    return Rejection.conflict("CART_EMPTY", "the cart is empty");
  }

  private static Rejection notFound() {
    return Rejection.notFound("CART_NOT_FOUND", "there is no such cart");
  }

  private static Decision<Event, Contents> checkedOut() {
    return Decision.reject(Rejection.conflict("CART_CHECKED_OUT", "the cart is checked out and can't be changed"));
  }

  @Override
  public State apply(State cart, Event event) {
    if (event instanceof ItemPut put) {
      return cart.with(new Item(put.sku(), put.quantity()), put.at());
    }
    if (event instanceof ItemRemoved removed) {
      return cart.without(removed.sku(), removed.at());
    }
    if (event instanceof CheckedOut checkedOut) {
      return new State(cart.items(), checkedOut.order(), false, checkedOut.at());
    }
    return event instanceof OrderPlaced ? new State(cart.items(), cart.order(), true, cart.changedAt()) : State.NONE;
  }
}
