package io.orderflow.product;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Precondition;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** Offers, restocks and reads products. {@link Inventory} reserves their stock. */
public final class ProductService {

  private final AggregateClient<Product.Command, Product.Event, Product.State, Product.Reply> products;

  /** Hosts products. */
  public ProductService(ActorSystem<?> system, Clock clock) {
    this(Aggregates.host(system, type(clock, memory(system.settings().config().getConfig("orderflow.product")))));
  }

  private ProductService(AggregateClient<Product.Command, Product.Event, Product.State, Product.Reply> products) {
    this.products = products;
  }

  /** The same service on behalf of somebody, whom the events name. */
  ProductService as(String actor) {
    return actor == null ? this : new ProductService(products.as(actor));
  }

  private static Product.Memory memory(Config product) {
    return new Product.Memory(product.getInt("remembered-references"), product.getDuration("remember-closed-orders"),
        product.getInt("max-closed-orders"));
  }

  static AggregateType<Product.Command, Product.Event, Product.State, Product.Reply> type(Clock clock, Product.Memory memory) {
    return AggregateType.<Product.Command, Product.Event, Product.State, Product.Reply>of(Product.NAME, Product.Event.class,
        sku -> new Product(sku, clock, memory)).withSnapshots();
  }

  /**
   * Sets the name and the price. Creates the product if it does not exist. Rejected with PRECONDITION_FAILED.
   *
   * @param condition as in {@link Product.Put}
   */
  CompletionStage<Product.Offer> put(String sku, String name, Money price, Precondition condition) {
    return products.ask(sku, new Product.Put(name, price, condition)).thenApply(Product.Offer.class::cast);
  }

  /**
   * Adds pieces to the stock. Rejected with PRODUCT_NOT_FOUND, STOCK_LIMIT, REFERENCE_REUSED or IDEMPOTENCY_KEY_REUSED.
   *
   * @param reference null if repeats need not be recognised
   * @param key as in {@link Product.Restock}
   */
  CompletionStage<Product.Stock> restock(String sku, int quantity, String reference, String key) {
    return products.ask(sku, new Product.Restock(quantity, reference, key)).thenApply(Product.Stock.class::cast);
  }

  /** Reads the product's current state. Rejected with PRODUCT_NOT_FOUND. */
  public CompletionStage<Product.Details> get(String sku) {
    return products.ask(sku, new Product.Get()).thenApply(Product.Details.class::cast);
  }

  /** Sends a saga's command to a product. */
  CompletionStage<Product.Reply> ask(String sku, Product.Command command) {
    return products.ask(sku, command);
  }
}
