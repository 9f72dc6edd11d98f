package io.orderflow.console;

import io.orderflow.journal.RowBatch;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.user.User;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Fills the table {@code user_emails}, by which operators find a customer's orders. It keeps hashes of the addresses: nobody reads one from the view. */
public final class UserEmailProjection implements ProjectionDefinition<User.Event> {

  static final String NAME = "user-emails";

  /** What the table has instead of the address. Case does not count. */
  static String hash(String email) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(email.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String entityType() {
    return User.NAME;
  }

  @Override
  public Class<User.Event> events() {
    return User.Event.class;
  }

  @Override
  public List<Table> tables() {
    return List.of(new Table("user_emails", "email_hash"));
  }

  @Override
  public void apply(Connection connection, long generation, int slice, List<ProjectionEvent<User.Event>> events) throws SQLException {
    RowBatch rows = RowBatch.of("generation BIGINT", "email_hash VARCHAR", "user_id VARCHAR");
    for (ProjectionEvent<User.Event> event : events) {
      if (event.event() instanceof User.Registered registered) {
        rows.add(generation, hash(registered.email()), event.id());
      }
    }
    rows.execute(connection, "INSERT INTO user_emails (generation, email_hash, user_id) SELECT * FROM :rows r");
  }
}
