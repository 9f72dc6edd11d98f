package io.orderflow.order;

import akka.http.javadsl.server.Route;
import io.orderflow.archive.ArchiveRule;
import io.orderflow.history.HistoryRoutes;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.payment.PaymentModule;
import io.orderflow.payment.PaymentQueue;
import io.orderflow.product.Inventory;
import io.orderflow.product.ProductService;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.saga.EndedSagas;
import io.orderflow.saga.Sagas;
import io.orderflow.shipping.ShippingModule;
import java.util.List;

/** Contributes orders and their saga to a node. */
public final class OrderModule implements Module {

  private final NodeContext node;
  private final PaymentModule payments;
  private final Sagas<PlacedOrder> sagas;
  private final OrderPrivacy privacy;
  private final OrderPlacement placement;
  private final OrderPlacementRoutes placementRoutes;

  public OrderModule(NodeContext node, ProductService products, PaymentModule payments, ShippingModule shipping) {
    this.node = node;
    this.payments = payments;
    OrderService orders = new OrderService(node.system(), node.clock());
    this.sagas = Sagas.init(node.system(), OrderSaga.definition(orders, new Inventory(products), payments.service(), shipping.service()),
        List.of(payments.service().type()), List.of(orders.type(), shipping.service().type()), node.clock());
    this.privacy = new OrderPrivacy(node.personal(), node.cards());
    this.placement = new OrderPlacement(orders, sagas, payments.service(), privacy);
    payments.ordersOf(placement::customerOf);
    shipping.ordersOf(placement::customerOf);
    this.placementRoutes = new OrderPlacementRoutes(placement, node.clients(), node.config().getDuration("http.max-wait"),
        node.config().getInt("http.max-waiting"));
  }

  public OrderPlacement placement() {
    return placement;
  }

  public OrderPlacementRoutes placementRoutes() {
    return placementRoutes;
  }

  @Override
  public List<Sagas<?>> sagas() {
    return List.of(sagas);
  }

  @Override
  public void start() {
    payments.startQueue(sagas::askAgain, orderId -> payments.service().ifRefundFailed(orderId,
        reason -> sagas.compensationFailed(orderId, OrderSaga.CHARGE, reason)));
  }

  @Override
  public List<ProjectionDefinition<?>> projections() {
    return List.of(new OrderProjection(OrderSaga.HOME));
  }

  @Override
  public List<ArchiveRule> archiveRules() {
    return EndedSagas.of(sagas.name(), PaymentQueue.unfinished());
  }

  @Override
  public List<Route> routes() {
    return List.of(
        new OrderRoutes(placement, placementRoutes, new OrderQueries(node.database(), privacy), sagas.hosted(node.ids())).routes(),
        new HistoryRoutes("orders", "orderId", OrderHistory.of(node.system(), privacy), placement::saga,
            OrderRoutes.owned(placement)).routes());
  }
}
