package io.orderflow.cart;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.order.OrderPlacementRoutes;

/** Reads, changes and checks out carts at {@code /api/carts}. */
public final class CartRoutes extends Routes {

  private final CartService carts;
  private final OrderPlacementRoutes placementRoutes;

  public CartRoutes(CartService carts, OrderPlacementRoutes placementRoutes) {
    this.carts = carts;
    this.placementRoutes = placementRoutes;
  }

  /** Routes {@code /api/carts}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("carts", () -> id("cartId", cart -> concat(
        pathEnd(() -> get(() -> answer(carts.get(cart), contents -> Json.response(200, CartResponse.of(cart, contents))))),
        pathPrefix("items", () -> id("sku", sku -> pathEnd(() -> concat(
            put(() -> body(CartRequest::read, item ->
                answer(carts.put(cart, sku, item.quantity()), contents -> Json.response(200, CartResponse.of(cart, contents))))),
            delete(() -> answer(carts.remove(cart, sku), contents -> Json.response(200, CartResponse.of(cart, contents)))))))),
        path("checkout", () -> post(() -> extractRequest(request ->
            body(CheckoutRequest::read, checkout -> checkOut(request, cart, checkout)))))))));
  }

  private Route checkOut(HttpRequest request, String cartId, CheckoutRequest checkout) {
    return placementRoutes.afterPlacing(carts.checkOut(cartId, checkout.terms(), checkout.currency()), order ->
        after(carts.place(cartId, order), saga -> placementRoutes.placed(request, CartService.orderIdOf(cartId), order, saga)));
  }
}
