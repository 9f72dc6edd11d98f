package io.orderflow.product;

import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Sql;
import io.orderflow.projection.Projections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Queries the list of products. Never asks the aggregates. */
public final class ProductQueries {

  private record Listed(ProductResponse product, Instant createdAt) {}

  private final Database database;

  public ProductQueries(Database database) {
    this.database = database;
  }

  /** Reads a page of products, newest first: {@code {products: […], next}}. */
  CompletionStage<Map<String, Object>> list(Page page) {
    return database.async(connection -> select(connection, page)).thenApply(rows ->
        page.answer("products", rows, Listed::createdAt, listed -> listed.product().sku(), Listed::product));
  }

  /** Selects one index range. The generation is in the sort order too: without it the databases would sort instead of following the index. */
  private static List<Listed> select(Connection connection, Page page) throws SQLException {
    long before = page.before().toEpochMilli();
    return Sql.selectPlannedForNow(connection, "SELECT sku, name, currency, price_minor, available, reserved, created_at"
        + " FROM product_list WHERE generation = " + Projections.live(ProductProjection.NAME)
        + " AND created_at <= ? AND (created_at < ? OR sku < ?) ORDER BY generation, created_at DESC, sku DESC LIMIT ?",
        ProductQueries::listed, before, before, page.beforeId(), page.limit() + 1);
  }

  private static Listed listed(ResultSet row) throws SQLException {
    Money price = new Money(row.getLong(4), row.getString(3));
    return new Listed(new ProductResponse(row.getString(1), row.getString(2), price.amount(), price.currency(), row.getLong(5),
        row.getLong(6)), Instant.ofEpochMilli(row.getLong(7)));
  }
}
