package io.orderflow.product;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Money;

/** {@code /api/products}: what is offered, at which price, and its stock. */
public final class ProductRoutes extends Routes {

  private static final int MAX_NAME = 200;
  private static final int MAX_RESTOCK = 1_000_000_000;

  private record Offer(String name, Money price) {
    static Offer read(JsonFields fields) {
      return new Offer(fields.text("name", MAX_NAME), fields.money("price", fields.currency("currency")));
    }
  }

  private record Delivery(int quantity, String reference) {
    static Delivery read(JsonFields fields) {
      return new Delivery(fields.integer("quantity", 1, MAX_RESTOCK), fields.optionalId("reference").orElse(null));
    }
  }

  record ProductView(String sku, String name, String price, String currency, long available, long reserved) {
    static ProductView of(Product.Details product) {
      return new ProductView(product.sku(), product.name(), product.price().amount(), product.price().currency(), product.available(),
          product.reserved());
    }
  }

  private final ProductService products;

  public ProductRoutes(ProductService products) {
    this.products = products;
  }

  /** The routes from {@code /api/products} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("products", () -> id("sku", sku -> concat(
        pathEnd(() -> concat(
            get(() -> read(sku)),
            put(() -> body(Offer::read, offer -> put(sku, offer))))),
        path("restocks", () -> post(() -> body(Delivery::read, delivery -> restock(sku, delivery))))))));
  }

  private Route read(String sku) {
    return answer(products.get(sku), product -> Json.response(200, ProductView.of(product)));
  }

  private Route put(String sku, Offer offer) {
    return answer(products.put(sku, offer.name(), offer.price()), put -> {
      HttpResponse response = Json.response(put.created() ? 201 : 200, ProductView.of(put.product()));
      return put.created() ? response.addHeader(Location.create("/api/products/" + sku)) : response;
    });
  }

  private Route restock(String sku, Delivery delivery) {
    return answer(products.restock(sku, delivery.quantity(), delivery.reference()), stock -> Json.response(200, stock));
  }
}
