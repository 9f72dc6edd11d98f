package io.orderflow.order;

import io.orderflow.payment.PaymentService;
import io.orderflow.product.Inventory;
import io.orderflow.saga.SagaDefinition;
import io.orderflow.saga.Sagas;
import io.orderflow.shipping.ShippingService;

/** The steps of an order and their compensations. */
public final class OrderSaga {

  /** The step whose compensation is the refund. */
  public static final String CHARGE = "charge-payment";
  /** The step whose compensation gives the stock back. */
  public static final String RESERVE = "reserve-inventory";
  /** The step by which the stock leaves for good. */
  public static final String SHIP_STOCK = "ship-inventory";
  public static final String SHIP = "create-shipment";

  /** The name of the definition. */
  static final String NAME = "order";
  /** The name of the homes of orders: order, saga, payment and shipment of one id live together, see decision 11. */
  public static final String HOME = Sagas.entityType(NAME);

  private OrderSaga() {}

  /** Defines the saga over these services. */
  public static SagaDefinition<PlacedOrder> definition(OrderService orders, Inventory inventory, PaymentService payments, ShippingService shipping) {
    return SagaDefinition.named(NAME, PlacedOrder.class)
        .step("create-order",      orders::create,           orders::cancel)
        .step(RESERVE,             inventory::reserve,       inventory::release).concurrently()
        .step(CHARGE,              payments::charge,         payments::refund)
        .step(SHIP,                shipping::createShipment, shipping::cancelShipment)
        .retriable(SHIP_STOCK,       inventory::ship)
        .retriable("confirm-order",  orders::confirm).concurrently();
  }
}
