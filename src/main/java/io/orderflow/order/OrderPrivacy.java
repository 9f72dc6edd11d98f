package io.orderflow.order;

import io.orderflow.payment.PaymentMethod;
import io.orderflow.privacy.CardTokens;
import io.orderflow.privacy.PersonalData;
import io.orderflow.shipping.Address;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Seals an order before it is placed, its address with the key of its customer and its card with a key of the node, and opens the address for answers.
 * Sagas, aggregates and views handle sealed orders alone.
 */
public final class OrderPrivacy {

  private final PersonalData personal;
  private final CardTokens cards;

  public OrderPrivacy(PersonalData personal, CardTokens cards) {
    this.personal = personal;
    this.cards = cards;
  }

  /** The order as it is stored. Rejected with USER_DELETED if it has an address and its customer was deleted. */
  CompletionStage<PlacedOrder> seal(PlacedOrder order) {
    PaymentMethod payment = order.payment() instanceof PaymentMethod.Card card ? new PaymentMethod.Card(cards.seal(card.token())) : order.payment();
    return order.shippingAddress() == null ? CompletableFuture.completedStage(order.with(payment, null))
        : personal.sealing(order.customerId()).thenApply(key -> order.with(payment, order.shippingAddress().sealedBy(key::seal)));
  }

  /** The order of a stored one. */
  CompletionStage<PlacedOrder> open(PlacedOrder stored) {
    PaymentMethod payment = stored.payment() instanceof PaymentMethod.Card card ? new PaymentMethod.Card(cards.open(card.token())) : stored.payment();
    return opening(List.of(stored), PlacedOrder::shippingAddress).thenApply(open -> stored.with(payment, open.apply(stored.shippingAddress())));
  }

  /** The orders with readable addresses. */
  CompletionStage<List<OrderResponse>> open(List<OrderResponse> stored) {
    return opening(stored, OrderResponse::shippingAddress).thenApply(open ->
        stored.stream().map(order -> order.with(open.apply(order.shippingAddress()))).toList());
  }

  /** Makes the addresses of these readable, null among them. */
  <T> CompletionStage<UnaryOperator<Address>> opening(Collection<T> stored, Function<T, Address> address) {
    List<String> sealed = stored.stream().map(address).filter(Objects::nonNull).map(Address::sealed).filter(Objects::nonNull).toList();
    return sealed.isEmpty() ? CompletableFuture.completedStage(UnaryOperator.identity())
        : personal.opening(sealed).thenApply(open -> of -> of == null ? null : of.openedBy(open));
  }
}
