package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import java.util.List;

/** Contributes shipments to a node. They are archived with their orders. */
public final class ShippingModule implements Module {

  private final ShippingService shipping;

  public ShippingModule(NodeContext node) {
    this.shipping = new ShippingService(node.system(), node.clock());
  }

  public ShippingService service() {
    return shipping;
  }

  @Override
  public List<Route> routes() {
    return List.of(new ShipmentRoutes(shipping).routes());
  }
}
