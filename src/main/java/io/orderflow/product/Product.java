package io.orderflow.product;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.typesafe.config.Config;
import io.orderflow.aggregate.Aggregate;
import io.orderflow.aggregate.Decision;
import io.orderflow.aggregate.GroupCommit;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Recent;
import io.orderflow.kernel.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A product: its name and price, the pieces that are available, reserved and sold. Each piece that was ever restocked is exactly one of
 * the three.
 *
 * <p>A reservation is kept until it is released or shipped. The orders whose reservation was closed are remembered for a while, longer
 * than any call stays valid, so that a call that comes late can't reserve again.
 */
public final class Product implements Aggregate<Product.Command, Product.Event, Product.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "product");

  /** The most pieces that may be available and reserved at once. */
  public static final long MAX_STOCK = 10_000_000_000L;

  /**
   * What a product remembers of the past, from the settings of {@code orderflow.product}.
   *
   * @param references the number of restocks' references
   * @param closedFor how long it knows the order of a closed reservation
   * @param closedOrders the most of them, whatever their age
   */
  record Memory(int references, Duration closedFor, int closedOrders) {}

  /** A restock that had a reference, and the stock that was answered. */
  public record Restocking(int quantity, long available, long reserved) {}

  /** How and when an order's reservation was closed. */
  public record Closing(boolean shipped, Instant at) {}

  /**
   * @param price null while there is no such product
   * @param restockings by reference
   * @param closings by order
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String name, Money price, long available, long sold, Reservations reservations, Recent<Restocking> restockings,
      Recent<Closing> closings) implements CborSerializable {

    static final State NONE = new State(null, null, 0, 0, Reservations.none(), Recent.none(), Recent.none());

    long reserved() {
      return reservations.total();
    }

    State offered(String newName, Money newPrice) {
      return new State(newName, newPrice, available, sold, reservations, restockings, closings);
    }

    State restocked(int quantity, String reference, Memory memory) {
      return new State(name, price, available + quantity, sold, reservations, reference == null ? restockings
          : restockings.with(reference, new Restocking(quantity, available + quantity, reserved()), memory.references()), closings);
    }

    State reserving(String orderId, int quantity) {
      return new State(name, price, available - quantity, sold, reservations.with(orderId, quantity), restockings, closings);
    }

    State closed(String orderId, int released, int shipped, Closing closing, Memory memory) {
      Recent<Closing> known = closings.with(orderId, closing, memory.closedOrders());
      Instant forgotten = closing.at().minus(memory.closedFor());
      Optional<Recent.Entry<Closing>> oldest = known.oldest();
      while (oldest.isPresent() && oldest.get().value().at().isBefore(forgotten)) {
        known = known.without(oldest.get().key());
        oldest = known.oldest();
      }
      return new State(name, price, available + released, sold + shipped, reservations.without(orderId), restockings, known);
    }
  }

  public record Details(String sku, String name, Money price, long available, long reserved) implements CborSerializable {}

  /** @param created whether it was put for the first time */
  public record PutAnswer(boolean created, Details product) implements CborSerializable {}

  public record Stock(String sku, long available, long reserved) implements CborSerializable {}

  public sealed interface Command extends Aggregate.Command {}

  /** Offers the product at that price from now on. */
  public record Put(String name, Money price, ActorRef<StatusReply<PutAnswer>> replyTo) implements Command {}

  /** @param reference null when a repeat need not be recognised */
  public record Restock(int quantity, String reference, ActorRef<StatusReply<Stock>> replyTo) implements Command {}

  /**
   * Keeps pieces for an order.
   *
   * @param unitPrice what the order's customer was shown
   * @param validUntil after it the reservation is refused: nobody waits for it any more
   */
  public record Reserve(String orderId, int quantity, Money unitPrice, Instant validUntil, ActorRef<StatusReply<Done>> replyTo)
      implements Command {}

  /** Gives back what the order has reserved, and makes sure that it reserves nothing later. */
  public record Release(String orderId, ActorRef<StatusReply<Done>> replyTo) implements Command {}

  /** What the order has reserved leaves for good. */
  public record Ship(String orderId, ActorRef<StatusReply<Done>> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<Details>> replyTo) implements Command {}

  private enum Stop implements Command {
    INSTANCE;

    @Override
    public ActorRef<?> replyTo() {
      return null;
    }
  }

  public sealed interface Event extends CborSerializable {}

  public record Offered(String name, Money price, Instant at) implements Event {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Restocked(int quantity, String reference, Instant at) implements Event {}

  public record Reserved(String orderId, int quantity, Instant at) implements Event {}

  /** @param quantity 0 when the order had reserved nothing */
  public record ReservationReleased(String orderId, int quantity, Instant at) implements Event {}

  public record ReservationShipped(String orderId, int quantity, Instant at) implements Event {}

  private final String sku;
  private final Clock clock;
  private final Memory memory;

  /** Makes the node carry products. */
  public static void init(ActorSystem<?> system, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.product");
    Memory memory = new Memory(config.getInt("remembered-references"), config.getDuration("remember-closed-orders"),
        config.getInt("max-closed-orders"));
    GroupCommit.init(system, KEY, Stop.INSTANCE, sku -> new Product(sku, clock, memory));
  }

  Product(String sku, Clock clock, Memory memory) {
    this.sku = sku;
    this.clock = clock;
    this.memory = memory;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, State> decide(State product, Command command) {
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
    if (command instanceof Restock restock) {
      return product.price() == null ? Decision.reply(restock.replyTo(), notFound()) : restock(product, restock);
    }
    Get get = (Get) command;
    return Decision.reply(get.replyTo(), product.price() == null ? notFound() : StatusReply.success(details(product)));
  }

  private Decision<Event, State> put(State product, Put put) {
    if (put.name().equals(product.name()) && put.price().equals(product.price())) {
      return Decision.reply(put.replyTo(), StatusReply.success(new PutAnswer(false, details(product))));
    }
    boolean created = product.price() == null;
    return Decision.persist(new Offered(put.name(), put.price(), clock.instant()), put.replyTo(),
        after -> StatusReply.success(new PutAnswer(created, details(after))));
  }

  private Decision<Event, State> restock(State product, Restock restock) {
    Optional<Restocking> earlier = Optional.ofNullable(restock.reference()).flatMap(product.restockings()::get);
    if (earlier.isPresent()) {
      Restocking then = earlier.get();
      return Decision.reply(restock.replyTo(), then.quantity() == restock.quantity()
          ? StatusReply.success(new Stock(sku, then.available(), then.reserved()))
          : Refusal.unprocessable("REFERENCE_REUSED", "the reference was used for another quantity").reply());
    }
    if (product.available() + product.reserved() + restock.quantity() > MAX_STOCK) {
      return Decision.reply(restock.replyTo(), Refusal.conflict("STOCK_LIMIT", "the stock would become too large").reply());
    }
    return Decision.persist(new Restocked(restock.quantity(), restock.reference(), clock.instant()), restock.replyTo(),
        after -> StatusReply.success(new Stock(sku, after.available(), after.reserved())));
  }

  private Decision<Event, State> reserve(State product, Reserve reserve) {
    if (product.closings().get(reserve.orderId()).isPresent()) {
      return refuse(reserve.replyTo(), closed(reserve.orderId()));
    }
    Optional<Integer> reserved = product.reservations().of(reserve.orderId());
    if (reserved.isPresent()) {
      return reserved.get() == reserve.quantity() ? Decision.reply(reserve.replyTo(), StatusReply.ack())
          : refuse(reserve.replyTo(), Refusal.unprocessable("REFERENCE_REUSED",
              "order " + reserve.orderId() + " has reserved another quantity of " + sku));
    }
    if (clock.instant().isAfter(reserve.validUntil())) {
      return refuse(reserve.replyTo(), Refusal.unavailable("EXPIRED", "the reservation of " + sku + " came too late"));
    }
    if (product.price() == null) {
      return refuse(reserve.replyTo(), Refusal.conflict("UNKNOWN_PRODUCT", "there is no product " + sku));
    }
    if (!product.price().equals(reserve.unitPrice())) {
      return refuse(reserve.replyTo(), Refusal.conflict("PRICE_CHANGED",
          sku + " costs " + product.price() + ", not " + reserve.unitPrice()));
    }
    if (product.available() < reserve.quantity()) {
      return refuse(reserve.replyTo(), Refusal.conflict("OUT_OF_STOCK",
          "of " + sku + " " + product.available() + " are available, not " + reserve.quantity()));
    }
    return persist(new Reserved(reserve.orderId(), reserve.quantity(), clock.instant()), reserve.replyTo());
  }

  private Decision<Event, State> release(State product, Release release) {
    Optional<Closing> closing = product.closings().get(release.orderId());
    if (closing.isPresent()) {
      return closing.get().shipped() ? refuse(release.replyTo(), closed(release.orderId()))
          : Decision.reply(release.replyTo(), StatusReply.ack());
    }
    int quantity = product.reservations().of(release.orderId()).orElse(0);
    return persist(new ReservationReleased(release.orderId(), quantity, clock.instant()), release.replyTo());
  }

  private Decision<Event, State> ship(State product, Ship ship) {
    Optional<Closing> closing = product.closings().get(ship.orderId());
    if (closing.isPresent()) {
      return closing.get().shipped() ? Decision.reply(ship.replyTo(), StatusReply.ack())
          : refuse(ship.replyTo(), closed(ship.orderId()));
    }
    return product.reservations().of(ship.orderId())
        .map(quantity -> persist(new ReservationShipped(ship.orderId(), quantity, clock.instant()), ship.replyTo()))
        .orElseGet(() -> refuse(ship.replyTo(),
            Refusal.conflict("NOT_RESERVED", "order " + ship.orderId() + " has reserved nothing of " + sku)));
  }

  private Decision<Event, State> persist(Event event, ActorRef<StatusReply<Done>> replyTo) {
    return Decision.persist(event, replyTo, after -> StatusReply.ack());
  }

  private Decision<Event, State> refuse(ActorRef<StatusReply<Done>> replyTo, Refusal refusal) {
    return Decision.reply(replyTo, refusal.reply());
  }

  private Refusal closed(String orderId) {
    return Refusal.conflict("RESERVATION_CLOSED", "the reservation of " + sku + " by order " + orderId + " was released or shipped");
  }

  private Details details(State product) {
    return new Details(sku, product.name(), product.price(), product.available(), product.reserved());
  }

  private static <T> StatusReply<T> notFound() {
    return Refusal.notFound("PRODUCT_NOT_FOUND", "there is no such product").reply();
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
      return product.restocked(restocked.quantity(), restocked.reference(), memory);
    }
    Offered offered = (Offered) event;
    return product.offered(offered.name(), offered.price());
  }
}
