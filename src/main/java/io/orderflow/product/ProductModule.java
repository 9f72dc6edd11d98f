package io.orderflow.product;

import akka.http.javadsl.server.Route;
import io.orderflow.history.PastRoutes;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.projection.ProjectionDefinition;
import java.util.List;

/** Contributes products to a node. */
public final class ProductModule implements Module {

  private final NodeContext node;
  private final ProductService products;

  public ProductModule(NodeContext node) {
    this.node = node;
    this.products = new ProductService(node.system(), node.clock());
  }

  public ProductService service() {
    return products;
  }

  @Override
  public List<ProjectionDefinition<?>> projections() {
    return List.of(new ProductProjection());
  }

  @Override
  public List<String> snapshotted() {
    return List.of(Product.NAME);
  }

  @Override
  public List<Route> routes() {
    ProductHistory history = new ProductHistory(node.system());
    return List.of(new ProductRoutes(products, new ProductQueries(node.database())).routes(),
        new PastRoutes("products", "sku", history.events(), history::atSequence, Product.notFound(), node.clients()).routes());
  }
}
