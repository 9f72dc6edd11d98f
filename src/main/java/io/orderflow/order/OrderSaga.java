package io.orderflow.order;

import io.orderflow.payment.Payments;
import io.orderflow.product.Inventory;
import io.orderflow.saga.SagaDefinition;
import io.orderflow.shipping.Shipping;

/** What happens to an order, in order, and what undoes each step. */
public final class OrderSaga {

  /** The step whose compensation is the refund. */
  public static final String CHARGE = "charge-payment";
  static final String SHIP = "create-shipment";

  private OrderSaga() {}

  /** The saga over these services. */
  public static SagaDefinition<PlacedOrder> definition(Orders orders, Inventory inventory, Payments payments, Shipping shipping) {
    return SagaDefinition.named("order", PlacedOrder.class)
        .step("create-order",      orders::create,           orders::cancel)
        .step("reserve-inventory", inventory::reserve,       inventory::release).alongside()
        .step(CHARGE,              payments::charge,         payments::refund)
        .step(SHIP,                shipping::createShipment, shipping::cancelShipment)
        .onSuccess("ship-inventory", inventory::ship)
        .onSuccess("confirm-order",  orders::confirm).alongside()
        .wakes(orders::warmUp).wakes(payments::wake).wakes(shipping::warmUp);
  }
}
