package io.orderflow.simulator;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.orderflow.kernel.ExitBarrier;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;

/**
 * Records charges and refunds in a database file that survives a crash. Each call is one transaction, which is on disk before the response.
 * The unique key decides between concurrent calls. All methods block.
 */
final class Ledger implements AutoCloseable {

  /** The token whose charges are always declined. */
  static final String DECLINED_TOKEN = "tok_declined";
  static final String DECLINE_REASON = "card_declined";

  record Charge(String idempotencyKey, String orderId, Money amount, String token) {}

  sealed interface ChargeOutcome {

    record Succeeded(String transactionId) implements ChargeOutcome {}

    record Declined(String reason) implements ChargeOutcome {}

    /** A refund came under this key, before or after the charge. */
    record Refunded() implements ChargeOutcome {}

    /** The key was used for another charge. */
    record AnotherCharge() implements ChargeOutcome {}
  }

  enum RefundOutcome { REFUNDED, NOTHING_TO_REFUND, UNKNOWN_TRANSACTION }

  private record Known(long number, String fingerprint, String status, String transactionId) {}

  /** The SQL state of a duplicate key. */
  private static final String DUPLICATE = "23505";
  private static final String SELECT = "SELECT number, fingerprint, status, transaction_id FROM charges WHERE ";

  private final HikariDataSource database;
  private final Clock clock;
  private final Supplier<String> transactionIds;

  /** Opens the ledger in that folder. Creates it if it does not exist. */
  Ledger(Path folder, int connections, Clock clock, Supplier<String> transactionIds) {
    HikariConfig pool = new HikariConfig();
    // WRITE_DELAY=0 makes each commit durable before the response. The coordinated shutdown closes the file, not the JVM on exit.
    pool.setJdbcUrl("jdbc:h2:file:" + folder.toAbsolutePath().resolve("provider")
        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000;TRACE_LEVEL_FILE=0");
    pool.setPoolName("provider");
    pool.setMaximumPoolSize(connections);
    pool.setAutoCommit(false);
    this.database = new HikariDataSource(pool);
    this.clock = clock;
    this.transactionIds = transactionIds;
    try {
      ExitBarrier.during(Flyway.configure().dataSource(database).locations("classpath:db/provider").load()::migrate);
    } catch (RuntimeException failure) {
      database.close();
      throw failure;
    }
  }

  ChargeOutcome charge(Charge charge) {
    return inTransaction(connection -> {
      Optional<Known> known = find(connection, "idempotency_key = ?", charge.idempotencyKey());
      return known.isPresent() ? repeat(connection, charge, known.get()) : first(connection, charge);
    });
  }

  /** Refunds the charge under the key. If there is none, later charges under the key are refused. */
  RefundOutcome refundKey(String idempotencyKey) {
    return inTransaction(connection -> {
      Optional<Known> known = find(connection, "idempotency_key = ?", idempotencyKey);
      if (known.isPresent()) {
        return refund(connection, known.get());
      }
      Sql.update(connection, "INSERT INTO charges (idempotency_key, status, refunded_at, calls) VALUES (?, 'void', ?, 0)",
          idempotencyKey, now());
      return RefundOutcome.NOTHING_TO_REFUND;
    });
  }

  RefundOutcome refundTransaction(String transactionId) {
    return inTransaction(connection -> {
      Optional<Known> known = find(connection, "transaction_id = ?", transactionId);
      return known.isPresent() ? refund(connection, known.get()) : RefundOutcome.UNKNOWN_TRANSACTION;
    });
  }

  /** The entries after that number, the oldest first; only those of one order if {@code orderId} is given. */
  List<LedgerEntry> entries(long after, int limit, Optional<String> orderId) {
    String page = " ORDER BY number LIMIT " + limit;
    return inTransaction(connection -> orderId.isPresent()
        ? Sql.select(connection, "SELECT * FROM charges WHERE number > ? AND order_id = ?" + page, Ledger::entry, after, orderId.get())
        : Sql.select(connection, "SELECT * FROM charges WHERE number > ?" + page, Ledger::entry, after));
  }

  private static LedgerEntry entry(ResultSet row) throws SQLException {
    String currency = row.getString("currency");
    String amount = currency == null ? null : new Money(row.getLong("amount_minor"), currency).amount();
    return new LedgerEntry(row.getLong("number"), row.getString("idempotency_key"), row.getString("order_id"), amount, currency,
        row.getString("status"), row.getString("transaction_id"), row.getObject("charged_at", Instant.class),
        row.getObject("refunded_at", Instant.class), row.getInt("calls"));
  }

  @Override
  public void close() {
    database.close();
  }

  private ChargeOutcome first(Connection connection, Charge charge) throws SQLException {
    boolean declined = charge.token().equals(DECLINED_TOKEN);
    String transactionId = declined ? null : transactionIds.get();
    Sql.update(connection, "INSERT INTO charges (idempotency_key, fingerprint, order_id, amount_minor, currency, status, transaction_id, "
            + "charged_at, calls) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        charge.idempotencyKey(), fingerprint(charge), charge.orderId(), charge.amount().minor(), charge.amount().currency(),
        declined ? "declined" : "succeeded", transactionId, declined ? null : now());
    return declined ? new ChargeOutcome.Declined(DECLINE_REASON) : new ChargeOutcome.Succeeded(transactionId);
  }

  private static ChargeOutcome repeat(Connection connection, Charge charge, Known known) throws SQLException {
    Sql.update(connection, "UPDATE charges SET calls = calls + 1 WHERE number = ?", known.number());
    if (known.fingerprint() != null && !known.fingerprint().equals(fingerprint(charge))) {
      return new ChargeOutcome.AnotherCharge();
    }
    return switch (known.status()) {
      case "succeeded" -> new ChargeOutcome.Succeeded(known.transactionId());
      case "declined" -> new ChargeOutcome.Declined(DECLINE_REASON);
      default -> new ChargeOutcome.Refunded();
    };
  }

  private RefundOutcome refund(Connection connection, Known known) throws SQLException {
    boolean charged = known.transactionId() != null;
    if (known.status().equals("succeeded") || known.status().equals("declined")) {
      Sql.update(connection, "UPDATE charges SET status = ?, refunded_at = ? WHERE number = ?", charged ? "refunded" : "void", now(),
          known.number());
    }
    return charged ? RefundOutcome.REFUNDED : RefundOutcome.NOTHING_TO_REFUND;
  }

  /** Finds the entry and locks it until the transaction ends. */
  private static Optional<Known> find(Connection connection, String condition, String value) throws SQLException {
    return Sql.selectFirst(connection, SELECT + condition + " FOR UPDATE",
        row -> new Known(row.getLong(1), row.getString(2), row.getString(3), row.getString(4)), value);
  }

  private <T> T inTransaction(Sql.Work<T> work) {
    try (Connection connection = database.getConnection()) {
      try {
        return Sql.transaction(connection, work);
      } catch (SQLException failure) {
        if (!DUPLICATE.equals(failure.getSQLState())) {
          throw failure;
        }
        // Another call inserted this key first: the second attempt finds its entry.
        return Sql.transaction(connection, work);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException("the ledger failed", failure);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** Distinguishes charges. A repeated charge has the same fingerprint. */
  private static String fingerprint(Charge charge) {
    String text = String.join("\n", charge.orderId(), charge.amount().toString(), charge.token());
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
