package io.orderflow.product;

/** The JSON of a product. */
record ProductResponse(String sku, String name, String price, String currency, long available, long reserved) {

  static ProductResponse of(Product.Details product) {
    return new ProductResponse(product.sku(), product.name(), product.price().amount(), product.price().currency(), product.available(),
        product.reserved());
  }
}
