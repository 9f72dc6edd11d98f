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

  private SqlContender(String name, Class<?> shop, String database, DurablePostgresql postgresql, Path folder, int port, int providerPort) {
    super(name, database, List.of(new Node(port, folder, List.of("-cp", System.getProperty("java.class.path"), shop.getName(),
        Integer.toString(port), postgresql.url(database), CONNECTIONS, Integer.toString(providerPort)), Map.of())));
    this.postgresql = postgresql;
  }

  /** The one with HTTP of its own. */
  static Contender bare(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return make("SQL", SqlShop.class, "sql_shop", postgresql, folder, providerPort);
  }

  /** The one with the JDK's HTTP. */
  static Contender onJdk(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return make("SQL, JDK's HTTP", JdkSqlShop.class, "jdk_sql_shop", postgresql, folder, providerPort);
  }

  /** Makes its tables and fills its shelves. */
  private static Contender make(String name, Class<?> shop, String database, DurablePostgresql postgresql, Path folder, int providerPort)
      throws Exception {
    postgresql.create(database);
    postgresql.execute(database, SqlOrders.SCHEMA);
    postgresql.execute(database, "INSERT INTO stock SELECT sku, 350, 'EUR', " + STOCK + ", 0, 0 FROM (SELECT '" + HOT + "' sku UNION ALL"
        + " SELECT '" + PRODUCT + "' || i FROM generate_series(0, " + (PRODUCTS - 1) + ") i) skus");
    return new SqlContender(name, shop, database, postgresql, folder, freePort(), providerPort);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  @Override
  boolean serves() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", ports().get(0))) {
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
