package io.orderflow.cart;

import akka.http.javadsl.server.Route;
import io.orderflow.journal.JournalIndex;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.order.OrderModule;
import io.orderflow.product.ProductService;
import java.util.List;

/** Contributes shopping carts to a node. */
public final class CartModule implements Module {

  private final NodeContext node;
  private final OrderModule orders;
  private final CartService carts;

  public CartModule(NodeContext node, ProductService products, OrderModule orders) {
    this.node = node;
    this.orders = orders;
    this.carts = new CartService(node.system(), products, orders.placement(), node.clock());
  }

  @Override
  public void start() {
    CheckoutRecovery.start(node.system(), node.database(), carts);
  }

  @Override
  public List<JournalIndex.Table> tables() {
    return List.of(CheckoutRecovery.table());
  }

  @Override
  public List<String> snapshotted() {
    return List.of(ShoppingCart.NAME);
  }

  @Override
  public List<Route> routes() {
    return List.of(new CartRoutes(carts, orders.placementRoutes(), node.requestKeys()).routes());
  }
}
