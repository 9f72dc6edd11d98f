package io.orderflow.cart;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.order.OrderAnswers;

/** {@code /api/carts}: reading, filling and checking out carts. */
public final class CartRoutes extends Routes {

  private final CartService carts;
  private final OrderAnswers answers;

  public CartRoutes(CartService carts, OrderAnswers answers) {
    this.carts = carts;
    this.answers = answers;
  }

  /** The routes from {@code /api/carts} on. */
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
    return answers.afterPlacing(carts.checkOut(cartId, checkout.terms(), checkout.currency()), order ->
        after(carts.place(cartId, order), progress -> answers.placed(request, CartService.orderIdOf(cartId), order, progress)));
  }
}
