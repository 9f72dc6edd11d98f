package io.orderflow.cart;

import akka.actor.typed.ActorSystem;
import io.orderflow.cart.ShoppingCart.Contents;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Precondition;
import io.orderflow.kernel.Rejection;
import io.orderflow.order.OrderPlacement;
import io.orderflow.order.PlacedOrder;
import io.orderflow.product.Inventory;
import io.orderflow.product.ProductService;
import io.orderflow.saga.SagaState;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads, changes and checks out carts. An order has the prices of its products at checkout. */
public final class CartService {

  private static final Logger LOG = LoggerFactory.getLogger(CartService.class);

  private final AggregateClient<ShoppingCart.Command, ShoppingCart.Event, ShoppingCart.State, Contents> carts;
  private final ProductService products;
  private final OrderPlacement placement;

  /** Hosts carts. */
  public CartService(ActorSystem<?> system, ProductService products, OrderPlacement placement, Clock clock) {
    this(Aggregates.host(system, type(clock, system.settings().config().getDuration("orderflow.cart.expires-after"))), products, placement);
  }

  private CartService(AggregateClient<ShoppingCart.Command, ShoppingCart.Event, ShoppingCart.State, Contents> carts, ProductService products,
      OrderPlacement placement) {
    this.carts = carts;
    this.products = products;
    this.placement = placement;
  }

  /** The same service on behalf of somebody, whom the events name. */
  CartService as(String actor) {
    return actor == null ? this : new CartService(carts.as(actor), products, placement.as(actor));
  }

  static AggregateType<ShoppingCart.Command, ShoppingCart.Event, ShoppingCart.State, Contents> type(Clock clock, Duration expiresAfter) {
    return AggregateType.of(ShoppingCart.NAME, ShoppingCart.Event.class, new ShoppingCart(clock, expiresAfter))
        .withSnapshots().withManifest(ShoppingCart::manifest);
  }

  /** The id of the cart's order. It never equals an id derived from a client's {@code Idempotency-Key}. */
  static String orderIdOf(String cartId) {
    return Ids.named("cart", cartId);
  }

  /** Reads a cart. Rejected with CART_NOT_FOUND. */
  CompletionStage<Contents> get(String cartId) {
    return carts.ask(cartId, new ShoppingCart.Get());
  }

  /**
   * Sets the quantity of a product. Rejected with CART_FULL, CART_CHECKED_OUT or PRECONDITION_FAILED.
   *
   * @param condition as in {@link ShoppingCart.PutItem}
   */
  CompletionStage<Contents> put(String cartId, String sku, int quantity, Precondition condition) {
    return carts.ask(cartId, new ShoppingCart.PutItem(sku, quantity, condition));
  }

  /**
   * Removes a product. Rejected with CART_NOT_FOUND, CART_CHECKED_OUT or PRECONDITION_FAILED.
   *
   * @param condition as in {@link ShoppingCart.PutItem}
   */
  CompletionStage<Contents> remove(String cartId, String sku, Precondition condition) {
    return carts.ask(cartId, new ShoppingCart.RemoveItem(sku, condition));
  }

  /**
   * Records the cart's order, or returns the order that was recorded before. After a rejection the cart stays open.
   *
   * @param currency the currency that the customer expects; empty to accept the products' currency
   * @param condition as in {@link ShoppingCart.PutItem}
   */
  CompletionStage<PlacedOrder> checkOut(String cartId, PlacedOrder.Terms terms, Optional<String> currency, Precondition condition) {
    return get(cartId).thenCompose(cart -> {
      if (cart.order() != null) {
        return CompletableFuture.completedFuture(cart);
      }
      if (cart.items().isEmpty()) {
        throw ShoppingCart.empty().exception();
      }
      if (!placement.accepts(terms)) {
        throw OrderPlacement.paymentQueueFull().exception();
      }
      return priced(cart.items()).thenCompose(items -> placement.seal(order(terms, items, currency))).thenCompose(order ->
          carts.ask(cartId, new ShoppingCart.CheckOut(order, condition)));
    }).thenApply(Contents::order);
  }

  /** Places the cart's recorded order. Idempotent. */
  CompletionStage<SagaState> place(String cartId, PlacedOrder recorded) {
    return placement.placeAccepted(orderIdOf(cartId), recorded).thenApply(saga -> {
      carts.tell(cartId, new ShoppingCart.NotePlaced());
      return saga;
    });
  }

  /** Places the cart's recorded order without a client that waits. Failures are logged; the caller tries again. */
  void placeRecorded(String cartId) {
    get(cartId).thenCompose(cart -> {
      if (cart.placed()) {
        return CompletableFuture.completedFuture(null);
      }
      LOG.info("The checkout of cart {} was interrupted. Placing its order {} now", cartId, orderIdOf(cartId));
      return place(cartId, cart.order());
    }).exceptionally(failure -> {
      LOG.warn("The order of cart {} could not be placed yet: {}", cartId, failure.toString());
      return null;
    });
  }

  private CompletionStage<List<Inventory.Item>> priced(List<ShoppingCart.Item> items) {
    List<CompletableFuture<Inventory.Item>> asked = items.stream().map(this::priced).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .handle((all, oneFailed) -> asked.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<Inventory.Item> priced(ShoppingCart.Item item) {
    return products.get(item.sku())
        .thenApply(product -> new Inventory.Item(item.sku(), item.quantity(), product.price()))
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(Rejection.isNotFound(failure)
            ? Rejection.conflict("UNKNOWN_PRODUCT", "there is no product " + item.sku()).exception() : failure))
        .toCompletableFuture();
  }

  private static PlacedOrder order(PlacedOrder.Terms terms, List<Inventory.Item> items, Optional<String> requested) {
    String currency = items.get(0).unitPrice().currency();
    for (Inventory.Item item : items) {
      String other = item.unitPrice().currency();
      if (!other.equals(currency)) {
        throw Rejection.unprocessable("MIXED_CURRENCIES", items.get(0).sku() + " is sold in " + currency + ", " + item.sku() + " in " + other)
            .exception();
      }
    }
    if (requested.isPresent() && !requested.get().equals(currency)) {
      throw Rejection.unprocessable("CURRENCY_MISMATCH", "the cart's products are sold in " + currency + ", not in " + requested.get()).exception();
    }
    try {
      return terms.order(items);
    } catch (IllegalArgumentException tooLarge) {
      throw Rejection.unprocessable("TOTAL_TOO_LARGE", "the order's total is too large").exception();
    }
  }
}
