package io.orderflow.cart;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.EntityTags;
import io.orderflow.http.Json;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Precondition;
import io.orderflow.order.OrderPlacementRoutes;
import io.orderflow.security.Caller;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads, changes and checks out carts at {@code /api/carts}. */
public final class CartRoutes extends Routes {

  private final CartService carts;
  private final OrderPlacementRoutes placementRoutes;
  private final RequestKeys keys;

  public CartRoutes(CartService carts, OrderPlacementRoutes placementRoutes, RequestKeys keys) {
    this.keys = keys;
    this.carts = carts;
    this.placementRoutes = placementRoutes;
  }

  /** Routes {@code /api/carts}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("carts", () -> id("cartId", cart -> concat(
        pathEnd(() -> get(Access.CALLERS, caller -> contents(caller, cart, carts.get(idOf(caller, cart))))),
        pathPrefix("items", () -> id("sku", sku -> pathEnd(() -> concat(
            put(Access.CALLERS, caller -> ifMatch(condition -> body(CartRequest::read, item ->
                contents(caller, cart, carts.as(caller.actor()).put(idOf(caller, cart), sku, item.quantity(), condition))))),
            delete(Access.CALLERS, caller -> ifMatch(condition ->
                contents(caller, cart, carts.as(caller.actor()).remove(idOf(caller, cart), sku, condition)))))))),
        path("checkout", () -> post(Access.CALLERS, caller -> admitted(() -> keyed(caller, key -> ifMatch(condition -> extractRequest(request ->
            body(CheckoutRequest::read, checkout -> checkOut(caller, request, key, condition, idOf(caller, cart), checkout))))))))))));
  }

  /** A cart's id belongs to its caller: the same id of two callers is two carts. */
  private static String idOf(Caller caller, String cartId) {
    return caller.namespace().map(namespace -> Ids.named("cart-of", namespace, cartId)).orElse(cartId);
  }

  private Route contents(Caller caller, String cartId, CompletionStage<ShoppingCart.Contents> stage) {
    return answer(stage, contents ->
        EntityTags.tagged(Json.response(200, CartResponse.of(cartId, CartService.orderIdOf(idOf(caller, cartId)), contents)), contents.tag()));
  }

  private Route checkOut(Caller caller, HttpRequest request, Optional<RequestKey> key, Precondition condition, String cartId,
      CheckoutRequest checkout) {
    CheckoutRequest paid = checkout.paidBy(OrderPlacementRoutes.payer(caller, checkout.terms().customerId()));
    return after(keys.claim(key, "carts/" + cartId + "/checkout", checkout.terms(), checkout.currency().orElse(null)), claimed ->
        checkOut(request, carts.as(caller.actor()), cartId, paid, condition));
  }

  private Route checkOut(HttpRequest request, CartService asCaller, String cartId, CheckoutRequest checkout, Precondition condition) {
    return placementRoutes.afterPlacing(asCaller.checkOut(cartId, checkout.terms(), checkout.currency(), condition), order ->
        after(asCaller.place(cartId, order), saga -> placementRoutes.placed(request, CartService.orderIdOf(cartId), order, saga)));
  }
}
