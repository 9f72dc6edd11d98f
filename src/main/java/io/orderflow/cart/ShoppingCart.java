package io.orderflow.cart;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import akka.persistence.typed.javadsl.ReplyEffect;
import akka.persistence.typed.javadsl.RetentionCriteria;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.typesafe.config.Config;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Refusal;
import io.orderflow.order.PlacedOrder;
import io.orderflow.store.ManifestAdapter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A shopping cart: the products that a customer wants and how many of each, until it is checked out, once, into an order.
 *
 * <p>The complete order is recorded with the checkout, before anything is done for it. So every later checkout has the same order, and
 * one that was recorded is placed even if nobody asks again. An open cart that was not changed for {@code orderflow.cart.expires-after}
 * is forgotten at the next command: its id is that of no cart then, and may be used for a new one. One that is checked out never
 * expires.
 */
public final class ShoppingCart extends EventSourcedBehaviorWithEnforcedReplies<ShoppingCart.Command, ShoppingCart.Event,
    ShoppingCart.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "cart");

  /** What the manifest says after an event: an order is recorded that may not be placed yet. */
  static final String CHECKED_OUT = "CHECKED_OUT";
  /** The same when the order is placed for sure. */
  static final String PLACED = "PLACED";

  /** @param quantity 1 or more */
  public record Item(String sku, int quantity) {}

  /**
   * @param items each product once, in the order in which they were first put in
   * @param order what was checked out; null while the cart is open
   * @param placed whether that order is known to be placed
   * @param changedAt null while there is no such cart
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(List<Item> items, PlacedOrder order, boolean placed, Instant changedAt) implements CborSerializable {

    static final State NONE = new State(List.of(), null, false, null);

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
   * What is answered.
   *
   * @param order what was checked out; null while the cart is open
   * @param placed whether that order is known to be placed
   * @param expiresAt when it will be forgotten if nobody changes it; null once it is checked out
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Contents(List<Item> items, PlacedOrder order, boolean placed, Instant changedAt, Instant expiresAt)
      implements CborSerializable {}

  public sealed interface Command extends CborSerializable {}

  /** Puts so many pieces of a product into it, in place of those that were in it; the first item makes the cart. */
  public record PutItem(String sku, int quantity, ActorRef<StatusReply<Contents>> replyTo) implements Command {}

  /** Takes a product out; one that is not in it changes nothing. */
  public record RemoveItem(String sku, ActorRef<StatusReply<Contents>> replyTo) implements Command {}

  /**
   * Records the order, unless one was recorded before: that one stays and is answered.
   *
   * @param order must have the cart's items
   */
  public record CheckOut(PlacedOrder order, ActorRef<StatusReply<Contents>> replyTo) implements Command {}

  /** Notes that the recorded order is placed. */
  public record NotePlaced() implements Command {}

  public record Get(ActorRef<StatusReply<Contents>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  public sealed interface Event extends CborSerializable {}

  public record ItemPut(String sku, int quantity, Instant at) implements Event {}

  public record ItemRemoved(String sku, Instant at) implements Event {}

  public record CheckedOut(PlacedOrder order, Instant at) implements Event {}

  public record OrderPlaced(Instant at) implements Event {}

  /** Nobody changed it for too long. */
  public record Expired(Instant at) implements Event {}

  private final Clock clock;
  private final Duration expiresAfter;
  private final int snapshotEvery;

  /** Makes the node carry carts. */
  public static void init(ActorSystem<?> system, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow");
    Duration expiresAfter = config.getDuration("cart.expires-after");
    int snapshotEvery = config.getInt("snapshot-every");
    ClusterSharding.get(system).init(
        Entity.of(KEY, entity -> create(entity.getEntityId(), clock, expiresAfter, snapshotEvery))
            .withStopMessage(Stop.INSTANCE).withRole("services"));
  }

  static Behavior<Command> create(String cartId, Clock clock, Duration expiresAfter, int snapshotEvery) {
    return new ShoppingCart(cartId, clock, expiresAfter, snapshotEvery);
  }

  private ShoppingCart(String cartId, Clock clock, Duration expiresAfter, int snapshotEvery) {
    super(PersistenceId.of(KEY.name(), cartId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.clock = clock;
    this.expiresAfter = expiresAfter;
    this.snapshotEvery = snapshotEvery;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(snapshotEvery, 2);
  }

  @Override
  public EventAdapter<Event, ?> eventAdapter() {
    return new ManifestAdapter<>(event -> event instanceof CheckedOut ? CHECKED_OUT : event instanceof OrderPlaced ? PLACED : "");
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    var handlers = newCommandHandlerWithReplyBuilder();
    handlers.forState(this::hasExpired)
        .onCommand(PutItem.class, put -> Effect().persist(List.of(new Expired(clock.instant()), itemPut(put)))
            .thenReply(put.replyTo(), this::contents))
        .onCommand(RemoveItem.class, remove -> expire(remove.replyTo()))
        .onCommand(CheckOut.class, checkOut -> expire(checkOut.replyTo()))
        .onCommand(Get.class, get -> expire(get.replyTo()));
    handlers.forState(cart -> cart.changedAt() == null)
        .onCommand(RemoveItem.class, remove -> Effect().reply(remove.replyTo(), notFound()))
        .onCommand(CheckOut.class, checkOut -> Effect().reply(checkOut.replyTo(), notFound()))
        .onCommand(Get.class, get -> Effect().reply(get.replyTo(), notFound()));
    handlers.forState(cart -> cart.order() != null)
        .onCommand(PutItem.class, put -> Effect().reply(put.replyTo(), checkedOut()))
        .onCommand(RemoveItem.class, remove -> Effect().reply(remove.replyTo(), checkedOut()))
        .onCommand(CheckOut.class, (cart, checkOut) -> Effect().reply(checkOut.replyTo(), contents(cart)))
        .onCommand(NotePlaced.class, (cart, note) -> cart.placed() ? Effect().noReply()
            : Effect().persist(new OrderPlaced(clock.instant())).thenNoReply());
    handlers.forAnyState()
        .onCommand(PutItem.class, this::put)
        .onCommand(RemoveItem.class, this::remove)
        .onCommand(CheckOut.class, this::checkOut)
        .onCommand(NotePlaced.class, note -> Effect().noReply())
        .onCommand(Stop.class, stop -> Effect().stop().thenNoReply())
        .onCommand(Get.class, (cart, get) -> Effect().reply(get.replyTo(), contents(cart)));
    return handlers.build();
  }

  private ReplyEffect<Event, State> put(State cart, PutItem put) {
    Optional<Item> known = cart.item(put.sku());
    if (known.isPresent() && known.get().quantity() == put.quantity()) {
      return Effect().reply(put.replyTo(), contents(cart));
    }
    if (known.isEmpty() && cart.items().size() == PlacedOrder.MAX_ITEMS) {
      return Effect().reply(put.replyTo(),
          Refusal.conflict("CART_FULL", "a cart holds at most " + PlacedOrder.MAX_ITEMS + " products").reply());
    }
    return Effect().persist(itemPut(put)).thenReply(put.replyTo(), this::contents);
  }

  private ReplyEffect<Event, State> remove(State cart, RemoveItem remove) {
    return cart.item(remove.sku()).isEmpty() ? Effect().reply(remove.replyTo(), contents(cart))
        : Effect().persist(new ItemRemoved(remove.sku(), clock.instant())).thenReply(remove.replyTo(), this::contents);
  }

  private ReplyEffect<Event, State> checkOut(State cart, CheckOut checkOut) {
    if (cart.items().isEmpty()) {
      return Effect().reply(checkOut.replyTo(), empty().reply());
    }
    if (!cart.isSameAs(checkOut.order())) {
      return Effect().reply(checkOut.replyTo(),
          Refusal.conflict("CART_CHANGED", "the cart was changed while it was checked out").reply());
    }
    return Effect().persist(new CheckedOut(checkOut.order(), clock.instant())).thenReply(checkOut.replyTo(), this::contents);
  }

  private ReplyEffect<Event, State> expire(ActorRef<StatusReply<Contents>> replyTo) {
    return Effect().persist(new Expired(clock.instant())).thenReply(replyTo, none -> notFound());
  }

  private boolean hasExpired(State cart) {
    return cart.changedAt() != null && cart.order() == null && !clock.instant().isBefore(cart.changedAt().plus(expiresAfter));
  }

  private ItemPut itemPut(PutItem put) {
    return new ItemPut(put.sku(), put.quantity(), clock.instant());
  }

  private StatusReply<Contents> contents(State cart) {
    return StatusReply.success(new Contents(cart.items(), cart.order(), cart.placed(), cart.changedAt(),
        cart.order() == null ? cart.changedAt().plus(expiresAfter) : null));
  }

  static Refusal empty() {
    return Refusal.conflict("CART_EMPTY", "there is nothing in the cart");
  }

  private static StatusReply<Contents> notFound() {
    return Refusal.notFound("CART_NOT_FOUND", "there is no such cart").reply();
  }

  private static StatusReply<Contents> checkedOut() {
    return Refusal.conflict("CART_CHECKED_OUT", "the cart was checked out and can't be changed").reply();
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return newEventHandlerBuilder().forAnyState()
        .onEvent(ItemPut.class, (cart, put) -> cart.with(new Item(put.sku(), put.quantity()), put.at()))
        .onEvent(ItemRemoved.class, (cart, removed) -> cart.without(removed.sku(), removed.at()))
        .onEvent(CheckedOut.class, (cart, checkedOut) -> new State(cart.items(), checkedOut.order(), false, checkedOut.at()))
        .onEvent(OrderPlaced.class, (cart, placed) -> new State(cart.items(), cart.order(), true, cart.changedAt()))
        .onEvent(Expired.class, (cart, expired) -> State.NONE)
        .build();
  }
}
