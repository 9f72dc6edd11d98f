package io.orderflow.product;

import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.journal.RowBatch;
import io.orderflow.kernel.Money;
import io.orderflow.projection.Projections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Queries of the list of products; never of the products themselves. */
public final class ProductQueries {

  private record Listed(ProductResponse product, Instant createdAt) {}

  private final Database database;

  public ProductQueries(Database database) {
    this.database = database;
  }

  /** A page of products, the latest one that was put on sale first: {@code {products: […], next}}. */
  CompletionStage<Map<String, Object>> list(Page page) {
    return database.async(connection -> select(connection, page)).thenApply(rows ->
        page.answer("products", rows, Listed::createdAt, listed -> listed.product().sku(), Listed::product));
  }

  /** One range of one index; the generation stands in the order too, so that both databases see that the index has it. */
  private static List<Listed> select(Connection connection, Page page) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT sku, name, currency, price_minor, available, reserved, created_at"
        + " FROM product_list WHERE generation = " + Projections.live(ProductProjection.NAME)
        + " AND created_at <= ? AND (created_at < ? OR sku < ?) ORDER BY generation, created_at DESC, sku DESC LIMIT ?")) {
      RowBatch.planForNow(select);
      select.setLong(1, page.before().toEpochMilli());
      select.setLong(2, page.before().toEpochMilli());
      select.setString(3, page.beforeId());
      select.setInt(4, page.limit() + 1);
      List<Listed> products = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          Money price = new Money(found.getLong(4), found.getString(3));
          products.add(new Listed(new ProductResponse(found.getString(1), found.getString(2), price.amount(), price.currency(),
              found.getLong(5), found.getLong(6)), Instant.ofEpochMilli(found.getLong(7))));
        }
      }
      return products;
    }
  }
}
