package io.orderflow.projection;

import akka.japi.function.Function;
import akka.projection.jdbc.JdbcSession;
import io.orderflow.journal.Database;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs one transaction of a projection on a connection of the shared pool. */
final class ProjectionSession implements JdbcSession {

  private final Connection connection;

  private ProjectionSession(Connection connection) {
    this.connection = connection;
  }

  static ProjectionSession open(Database database) {
    try {
      return new ProjectionSession(database.connection());
    } catch (SQLException unreachable) {
      throw new IllegalStateException("no connection", unreachable);
    }
  }

  @Override
  public <R> R withConnection(Function<Connection, R> work) throws Exception {
    return work.apply(connection);
  }

  @Override
  public void commit() throws SQLException {
    connection.commit();
  }

  @Override
  public void rollback() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
