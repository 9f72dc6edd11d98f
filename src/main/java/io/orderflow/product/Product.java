package io.orderflow.product;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Precondition;
import io.orderflow.kernel.RecentCommands;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A product: its name, price and stock. Each piece that was ever restocked is either available, reserved or sold.
 *
 * <p>A reservation stays open until it is released or shipped. Closed reservations are remembered for longer than any command stays valid, so
 * that a late command can't reserve again.
 */
public final class Product implements Aggregate<Product.Command, Product.Event, Product.State, Product.Reply> {

  /** The entity type of products in the journal. */
  public static final String NAME = "product";

  /** The upper limit of available and reserved pieces together. */
  public static final long MAX_STOCK = 10_000_000_000L;

  /**
   * Limits for remembered commands, from the settings of {@code orderflow.product}.
   *
   * @param references the number of remembered references of restocks
   * @param closedFor how long closed reservations are remembered
   * @param closedOrders the most closed reservations remembered, whatever their age
   */
  record Memory(int references, Duration closedFor, int closedOrders) {}

  /**
   * A restock with a reference or an idempotency key, and the stock after it.
   *
   * @param reference that the restock had beside the key that it is remembered by; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Restocking(int quantity, long available, long reserved, String reference) {

    public Restocking(int quantity, long available, long reserved) {
      this(quantity, available, reserved, null);
    }
  }

  /** The outcome and time of a closed reservation. */
  public record Closing(boolean shipped, Instant at) {}

  /**
   * @param price null if the product does not exist
   * @param restockings the remembered restocks, by reference and by idempotency key
   * @param closings the closed reservations, by order
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String name, Money price, long available, long sold, Reservations reservations, RecentCommands<Restocking> restockings,
      RecentCommands<Closing> closings) implements CborSerializable {

    static final State NONE = new State(null, null, 0, 0, Reservations.none(), RecentCommands.none(), RecentCommands.none());

    long reserved() {
      return reservations.total();
    }

    State offered(String newName, Money newPrice) {
      return new State(newName, newPrice, available, sold, reservations, restockings, closings);
    }

    State restocked(int quantity, String reference, String key, Memory memory) {
      RecentCommands<Restocking> known = restockings;
      if (reference != null) {
        known = known.with(reference, new Restocking(quantity, available + quantity, reserved()), memory.references());
      }
      if (key != null) {
        known = known.with(key, new Restocking(quantity, available + quantity, reserved(), reference), memory.references());
      }
      return new State(name, price, available + quantity, sold, reservations, known, closings);
    }

    State reserving(String orderId, int quantity) {
      return new State(name, price, available - quantity, sold, reservations.with(orderId, quantity), restockings, closings);
    }

    State closed(String orderId, int released, int shipped, Closing closing, Memory memory) {
      RecentCommands<Closing> known = closings.with(orderId, closing, memory.closedOrders());
      Instant forgotten = closing.at().minus(memory.closedFor());
      Optional<RecentCommands.Entry<Closing>> oldest = known.oldest();
      while (oldest.isPresent() && oldest.get().value().at().isBefore(forgotten)) {
        known = known.without(oldest.get().key());
        oldest = known.oldest();
      }
      return new State(name, price, available + released, sold + shipped, reservations.without(orderId), restockings, known);
    }
  }

  public sealed interface Reply extends CborSerializable {}

  public record Details(String sku, String name, Money price, long available, long reserved) implements Reply {

    /** The tag of what people change: the name and the price. The stock, which every order changes, is no part of it. */
    String tag() {
      return Product.tag(name, price);
    }
  }

  /** @param created whether the product is new */
  public record Offer(boolean created, Details product) implements Reply {}

  public record Stock(String sku, long available, long reserved) implements Reply {}

  public enum Done implements Reply { DONE }

  public sealed interface Command extends CborSerializable {}

  /**
   * Sets the name and the price. Creates the product if it does not exist.
   *
   * @param condition on the tag of name and price; null for none. A product that has the name and the price already is left as it is
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Put(String name, Money price, Precondition condition) implements Command {

    public Put(String name, Money price) {
      this(name, price, null);
    }
  }

  /**
   * @param reference null if repeats need not be recognised
   * @param key the request's idempotency key, which no reference can equal; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Restock(int quantity, String reference, String key) implements Command {

    public Restock(int quantity, String reference) {
      this(quantity, reference, null);
    }
  }

  /**
   * Reserves pieces for an order.
   *
   * @param unitPrice the price shown to the customer
   * @param validUntil the deadline, after which the reservation is rejected: its saga no longer waits for it
   */
  public record Reserve(String orderId, int quantity, Money unitPrice, Instant validUntil) implements Command {}

  /** Releases the order's reservation, and bars a reservation by the order that arrives later. */
  public record Release(String orderId) implements Command {}

  /** Removes the order's reserved pieces from stock for good. */
  public record Ship(String orderId) implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record Offered(String name, Money price, Instant at) implements Event {}

  /** @param key the idempotency key of the client's request; null for none */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Restocked(int quantity, String reference, Instant at, String key) implements Event {

    public Restocked(int quantity, String reference, Instant at) {
      this(quantity, reference, at, null);
    }
  }

  public record Reserved(String orderId, int quantity, Instant at) implements Event {}

  /** @param quantity 0 if the order had no reservation */
  public record ReservationReleased(String orderId, int quantity, Instant at) implements Event {}

  public record ReservationShipped(String orderId, int quantity, Instant at) implements Event {}

  private final String sku;
  private final Clock clock;
  private final Memory memory;

  Product(String sku, Clock clock, Memory memory) {
    this.sku = sku;
    this.clock = clock;
    this.memory = memory;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, Reply> decide(State product, Command command) {
    if (command instanceof Reserve reserve) {
      return reserve(product, reserve);
    }
    if (command instanceof Ship ship) {
      return ship(product, ship);
    }
    if (command instanceof Release release) {
      return release(product, release);
    }
    if (command instanceof Put put) {
      return put(product, put);
    }
    if (product.price() == null) {
      return Decision.reject(notFound());
    }
    return command instanceof Restock restock ? restock(product, restock) : Decision.reply(details(product));
  }

  private Decision<Event, Reply> put(State product, Put put) {
    if (put.name().equals(product.name()) && put.price().equals(product.price())) {
      return Decision.reply(new Offer(false, details(product)));
    }
    Optional<Rejection> failed = Precondition.failure(put.condition(), product.price() == null ? null : tag(product.name(), product.price()));
    return failed.<Decision<Event, Reply>>map(Decision::reject).orElseGet(() ->
        Decision.accept(new Offered(put.name(), put.price(), clock.instant()),
            new Offer(product.price() == null, details(product.offered(put.name(), put.price())))));
  }

  private static String tag(String name, Money price) {
    return Ids.named("product", price.currency(), Long.toString(price.minor()), name);
  }

  private Decision<Event, Reply> restock(State product, Restock restock) {
    Optional<Restocking> keyed = Optional.ofNullable(restock.key()).flatMap(product.restockings()::get);
    if (keyed.isPresent()) {
      Restocking then = keyed.get();
      return then.quantity() == restock.quantity() && Objects.equals(then.reference(), restock.reference())
          ? Decision.reply(new Stock(sku, then.available(), then.reserved())) : Decision.reject(Rejection.idempotencyKeyReused());
    }
    Optional<Restocking> earlier = Optional.ofNullable(restock.reference()).flatMap(product.restockings()::get);
    if (earlier.isPresent()) {
      Restocking then = earlier.get();
      return then.quantity() == restock.quantity() ? Decision.reply(new Stock(sku, then.available(), then.reserved()))
          : Decision.reject(Rejection.unprocessable("REFERENCE_REUSED", "the reference was used for another quantity"));
    }
    if (product.available() + product.reserved() + restock.quantity() > MAX_STOCK) {
      return Decision.reject(Rejection.conflict("STOCK_LIMIT", "the stock would become too large"));
    }
    return Decision.accept(new Restocked(restock.quantity(), restock.reference(), clock.instant(), restock.key()),
        new Stock(sku, product.available() + restock.quantity(), product.reserved()));
  }

  private Decision<Event, Reply> reserve(State product, Reserve reserve) {
    if (product.closings().get(reserve.orderId()).isPresent()) {
      return Decision.reject(closed(reserve.orderId()));
    }
    Optional<Integer> reserved = product.reservations().of(reserve.orderId());
    if (reserved.isPresent()) {
      return reserved.get() == reserve.quantity() ? Decision.reply(Done.DONE)
          : Decision.reject(Rejection.unprocessable("REFERENCE_REUSED", "order " + reserve.orderId() + " has reserved another quantity of " + sku));
    }
    if (clock.instant().isAfter(reserve.validUntil())) {
      return Decision.reject(Rejection.unavailable("EXPIRED", "the reservation of " + sku + " arrived after its deadline"));
    }
    if (product.price() == null) {
      return Decision.reject(Rejection.conflict("UNKNOWN_PRODUCT", "there is no product " + sku));
    }
    if (!product.price().equals(reserve.unitPrice())) {
      return Decision.reject(Rejection.conflict("PRICE_CHANGED", sku + " costs " + product.price() + ", not " + reserve.unitPrice()));
    }
    if (product.available() < reserve.quantity()) {
      return Decision.reject(Rejection.conflict("OUT_OF_STOCK",
          "only " + product.available() + " of " + sku + " are available, not " + reserve.quantity()));
    }
    return accept(new Reserved(reserve.orderId(), reserve.quantity(), clock.instant()));
  }

  private Decision<Event, Reply> release(State product, Release release) {
    Optional<Closing> closing = product.closings().get(release.orderId());
    if (closing.isPresent()) {
      return closing.get().shipped() ? Decision.reject(closed(release.orderId())) : Decision.reply(Done.DONE);
    }
    int quantity = product.reservations().of(release.orderId()).orElse(0);
    return accept(new ReservationReleased(release.orderId(), quantity, clock.instant()));
  }

  private Decision<Event, Reply> ship(State product, Ship ship) {
    Optional<Closing> closing = product.closings().get(ship.orderId());
    if (closing.isPresent()) {
      return closing.get().shipped() ? Decision.reply(Done.DONE) : Decision.reject(closed(ship.orderId()));
    }
    return product.reservations().of(ship.orderId())
        .map(quantity -> accept(new ReservationShipped(ship.orderId(), quantity, clock.instant())))
        .orElseGet(() -> Decision.reject(Rejection.conflict("NOT_RESERVED", "order " + ship.orderId() + " has no reservation of " + sku)));
  }

  static Rejection notFound() {
    return Rejection.notFound("PRODUCT_NOT_FOUND", "there is no such product");
  }

  private static Decision<Event, Reply> accept(Event event) {
    return Decision.accept(event, Done.DONE);
  }

  private Rejection closed(String orderId) {
    return Rejection.conflict("RESERVATION_CLOSED", "the reservation of " + sku + " by order " + orderId + " was released or shipped");
  }

  private Details details(State product) {
    return new Details(sku, product.name(), product.price(), product.available(), product.reserved());
  }

  @Override
  public State apply(State product, Event event) {
    if (event instanceof Reserved reserved) {
      return product.reserving(reserved.orderId(), reserved.quantity());
    }
    if (event instanceof ReservationShipped shipped) {
      return product.closed(shipped.orderId(), 0, shipped.quantity(), new Closing(true, shipped.at()), memory);
    }
    if (event instanceof ReservationReleased released) {
      return product.closed(released.orderId(), released.quantity(), 0, new Closing(false, released.at()), memory);
    }
    if (event instanceof Restocked restocked) {
      return product.restocked(restocked.quantity(), restocked.reference(), restocked.key(), memory);
    }
    Offered offered = (Offered) event;
    return product.offered(offered.name(), offered.price());
  }
}
