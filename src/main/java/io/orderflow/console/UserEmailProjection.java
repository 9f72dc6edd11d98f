package io.orderflow.console;

import io.orderflow.journal.RowBatch;
import io.orderflow.kernel.Sql;
import io.orderflow.privacy.PersonKey;
import io.orderflow.privacy.PersonalData;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.user.User;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Fills the table {@code user_emails}, by which operators find a customer's orders. It keeps codes of the addresses: nobody reads one from the view. */
public final class UserEmailProjection implements ProjectionDefinition<User.Event> {

  static final String NAME = "user-emails";

  private final PersonalData personal;

  UserEmailProjection(PersonalData personal) {
    this.personal = personal;
  }

  /** The code that the table has instead of the address. Case does not count. */
  static String code(Connection connection, PersonalData personal, String email) throws SQLException {
    return personal.searchCode(connection, email.toLowerCase(Locale.ROOT));
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
    Map<String, String> sealed = new LinkedHashMap<>();
    Set<String> deleted = new HashSet<>();
    for (ProjectionEvent<User.Event> event : events) {
      if (event.event() instanceof User.Registered registered) {
        sealed.put(event.id(), registered.email());
      } else if (event.event() instanceof User.Deleted) {
        deleted.add(event.id());
      }
    }
    UnaryOperator<String> open = personal.opening(connection, sealed.values());
    RowBatch rows = RowBatch.of("generation BIGINT", "email_hash VARCHAR", "user_id VARCHAR");
    for (Map.Entry<String, String> each : sealed.entrySet()) {
      String email = open.apply(each.getValue());
      if (!email.equals(PersonKey.DELETED)) {
        rows.add(generation, code(connection, personal, email), each.getKey());
      }
    }
    rows.execute(connection, "INSERT INTO user_emails (generation, email_hash, user_id) SELECT * FROM :rows r");
    for (String user : deleted) {
      Sql.update(connection, "DELETE FROM user_emails WHERE generation = ? AND user_id = ?", generation, user);
    }
  }
}
