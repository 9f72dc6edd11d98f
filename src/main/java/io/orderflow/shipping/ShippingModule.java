package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Contributes shipments to a node. They live in the homes of their orders. */
public final class ShippingModule implements Module {

  private final ShippingService shipping;
  private Function<String, CompletionStage<String>> customerOf;

  /** @param home the name of the homes that shipments live in */
  public ShippingModule(NodeContext node, String home) {
    this.shipping = new ShippingService(node.system(), home, node.personal(), node.clock());
  }

  public ShippingService service() {
    return shipping;
  }

  /** Whose orders are shipped. The module of the orders calls it. */
  public void ordersOf(Function<String, CompletionStage<String>> customerByOrder) {
    customerOf = customerByOrder;
  }

  @Override
  public List<Route> routes() {
    return List.of(new ShipmentRoutes(shipping, customerOf).routes());
  }
}
