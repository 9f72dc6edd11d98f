package io.orderflow.cart;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.cart.ShoppingCart.Contents;
import java.time.Instant;
import java.util.List;

/**
 * The JSON of a cart.
 *
 * @param orderId null while the cart is open
 * @param expiresAt null after checkout
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CartResponse(String cartId, String status, List<ShoppingCart.Item> items, String orderId, Instant changedAt, Instant expiresAt) {

  /** @param orderId of the order that the cart becomes */
  static CartResponse of(String cartId, String orderId, Contents cart) {
    boolean open = cart.order() == null;
    return new CartResponse(cartId, open ? "OPEN" : "CHECKED_OUT", cart.items(), open ? null : orderId,
        cart.changedAt(), cart.expiresAt());
  }
}
