package io.orderflow.cart;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.cart.ShoppingCart.Contents;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Routes;
import io.orderflow.order.OrderPlacement;
import io.orderflow.order.PlacedOrder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code /api/carts}: reading, filling and checking out carts. */
public final class CartRoutes extends Routes {

  private record Checkout(PlacedOrder.Terms terms, Optional<String> currency) {
    static Checkout read(JsonFields fields) {
      return new Checkout(PlacedOrder.Terms.read(fields), fields.optionalCurrency("currency"));
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record CartView(String cartId, String status, List<ShoppingCart.Item> items, String orderId, Instant changedAt,
      Instant expiresAt) {
    static CartView of(String cartId, Contents cart) {
      boolean open = cart.order() == null;
      return new CartView(cartId, open ? "OPEN" : "CHECKED_OUT", cart.items(), open ? null : CartService.orderIdOf(cartId), cart.changedAt(),
          cart.expiresAt());
    }
  }

  private final CartService carts;
  private final OrderPlacement placement;

  public CartRoutes(CartService carts, OrderPlacement placement) {
    this.carts = carts;
    this.placement = placement;
  }

  /** The routes from {@code /api/carts} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("carts", () -> id("cartId", cart -> concat(
        pathEnd(() -> get(() -> answer(carts.get(cart), contents -> Json.response(200, CartView.of(cart, contents))))),
        pathPrefix("items", () -> id("sku", sku -> pathEnd(() -> concat(
            put(() -> body(fields -> fields.integer("quantity", 1, PlacedOrder.MAX_QUANTITY), quantity ->
                answer(carts.put(cart, sku, quantity), contents -> Json.response(200, CartView.of(cart, contents))))),
            delete(() -> answer(carts.remove(cart, sku), contents -> Json.response(200, CartView.of(cart, contents)))))))),
        path("checkout", () -> post(() -> extractRequest(request ->
            body(Checkout::read, checkout -> checkOut(request, cart, checkout)))))))));
  }

  private Route checkOut(HttpRequest request, String cartId, Checkout checkout) {
    return after(carts.checkOut(cartId, checkout.terms(), checkout.currency()), order ->
        after(carts.place(cartId, order), progress -> placement.placed(request, CartService.orderIdOf(cartId), order, progress)));
  }
}
