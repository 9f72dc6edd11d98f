package io.orderflow.bench.orders;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One of the baselines, {@link SqlShop} and {@link JdkSqlShop}, as a program of its own. */
final class SqlContender extends Contender {

  /** Of 6, 8, 16 and 32, tried once each on two processors: the most orders on many products, and within a tenth of 6 on the hot one. */
  private static final String CONNECTIONS = "8";

  private final DurablePostgresql postgresql;

  private SqlContender(String name, Class<?> shop, String database, DurablePostgresql postgresql, Path folder, int port, int providerPort)
      throws IOException {
    super(name, database, port, folder, List.of("-cp", System.getProperty("java.class.path"), shop.getName(),
        Integer.toString(port), postgresql.url(database), System.getProperty("bench.sql-connections", CONNECTIONS),
        Integer.toString(providerPort)), Map.of());
    this.postgresql = postgresql;
  }

  /** The one with HTTP of its own. */
  static Contender bare(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return start("SQL", SqlShop.class, "sql_shop", postgresql, folder, providerPort);
  }

  /** The one with the JDK's HTTP. */
  static Contender onJdk(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return start("SQL, JDK's HTTP", JdkSqlShop.class, "jdk_sql_shop", postgresql, folder, providerPort);
  }

  /** Makes its tables, fills its shelves and starts it. */
  private static Contender start(String name, Class<?> shop, String database, DurablePostgresql postgresql, Path folder, int providerPort)
      throws Exception {
    postgresql.create(database);
    postgresql.execute(database, SqlOrders.SCHEMA);
    postgresql.execute(database, "INSERT INTO stock SELECT sku, 350, 'EUR', " + STOCK + ", 0, 0 FROM (SELECT '" + HOT + "' sku UNION ALL"
        + " SELECT '" + PRODUCT + "' || i FROM generate_series(0, " + (PRODUCTS - 1) + ") i) skus");
    SqlContender sql = new SqlContender(name, shop, database, postgresql, folder, freePort(), providerPort);
    sql.awaitServing();
    return sql;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  @Override
  boolean serves() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port())) {
      return socket.isConnected();
    }
  }

  @Override
  long confirmed() throws Exception {
    return postgresql.number(database(), "SELECT COUNT(*) FROM orders WHERE status = 'CONFIRMED'");
  }

  @Override
  long events() {
    return 0;
  }
}
