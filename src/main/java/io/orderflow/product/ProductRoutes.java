package io.orderflow.product;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.EntityTags;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Precondition;
import io.orderflow.security.Caller;
import io.orderflow.security.Scopes;
import java.util.Optional;

/** Offers, restocks and reads products at {@code /api/products}. */
public final class ProductRoutes extends Routes {

  private static final Access WRITERS = Access.scope(Scopes.CATALOG_WRITE);

  private final ProductService products;
  private final ProductQueries queries;

  public ProductRoutes(ProductService products, ProductQueries queries) {
    this.products = products;
    this.queries = queries;
  }

  /** Routes {@code /api/products}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("products", () -> concat(
        pathEnd(() -> get(Access.CALLERS, caller -> Page.parameters(page ->
            answer(queries.list(page), Page::response)))),
        id("sku", sku -> concat(
            pathEnd(() -> concat(
                get(Access.CALLERS, caller -> read(sku)),
                put(WRITERS, caller -> ifMatch(condition -> body(ProductRequest.Offer::read, offer -> put(caller, sku, offer, condition)))))),
            path("restocks", () -> post(WRITERS, caller -> keyed(caller, key ->
                body(ProductRequest.Restock::read, restock -> restock(caller, sku, key, restock))))))))));
  }

  private Route read(String sku) {
    return answer(products.get(sku), product -> response(200, product));
  }

  private static HttpResponse response(int status, Product.Details product) {
    return EntityTags.tagged(Json.response(status, ProductResponse.of(product)), product.tag());
  }

  private Route put(Caller caller, String sku, ProductRequest.Offer offer, Precondition condition) {
    return answer(products.as(caller.actor()).put(sku, offer.name(), offer.price(), condition), put -> {
      HttpResponse response = response(put.created() ? 201 : 200, put.product());
      return put.created() ? response.addHeader(Location.create("/api/products/" + sku)) : response;
    });
  }

  private Route restock(Caller caller, String sku, Optional<RequestKey> key, ProductRequest.Restock restock) {
    return answer(products.as(caller.actor()).restock(sku, restock.quantity(), restock.reference(), key.map(RequestKey::remembered).orElse(null)),
        stock -> Json.response(200, stock));
  }
}
