package io.orderflow.saga;

import io.orderflow.archive.ArchiveRule;
import io.orderflow.saga.SagaTable.Listed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Archives the completed and the compensated sagas of one definition, each with all that lives in its home. A saga whose compensation
 * failed stays in the journal, because an operator can retry it.
 */
public final class EndedSagas implements ArchiveRule {

  /** Finds ended sagas that must not be archived yet. */
  @FunctionalInterface
  public interface Unfinished {

    /** Every ended saga may be archived. */
    Unfinished NOTHING = (connection, sagaIds) -> Set.of();

    /** The ids among these that must not be archived yet. */
    Set<String> of(Connection connection, List<String> sagaIds) throws SQLException;
  }

  private final String definition;
  private final SagaStatus state;
  private final Unfinished unfinished;

  private EndedSagas(String definition, SagaStatus state, Unfinished unfinished) {
    this.definition = definition;
    this.state = state;
    this.unfinished = unfinished;
  }

  /** The rules for the sagas of this definition, one for each status. */
  public static List<ArchiveRule> of(String definition, Unfinished unfinished) {
    return Stream.of(SagaStatus.COMPLETED, SagaStatus.COMPENSATED)
        .<ArchiveRule>map(state -> new EndedSagas(definition, state, unfinished)).toList();
  }

  @Override
  public List<Group> next(Connection connection, Instant before, Optional<Group> last, int limit) throws SQLException {
    Instant after = Instant.ofEpochMilli(last.map(Group::at).orElse(0L));
    return SagaTable.ended(connection, definition, state, before, after, last.map(Group::id).orElse(""), limit).stream()
        .map(this::group).toList();
  }

  private Group group(Listed saga) {
    return new Group(saga.sagaId(), saga.startedAt().toEpochMilli(), List.of(Sagas.entityType(definition) + "|" + saga.sagaId()));
  }

  @Override
  public List<Group> held(Connection connection, List<Group> groups) throws SQLException {
    Set<String> held = unfinished.of(connection, ids(groups));
    return groups.stream().filter(group -> held.contains(group.id())).toList();
  }

  @Override
  public void forget(Connection connection, List<Group> archived) throws SQLException {
    SagaTable.delete(connection, definition, ids(archived));
  }

  private static List<String> ids(List<Group> groups) {
    return groups.stream().map(Group::id).toList();
  }
}
