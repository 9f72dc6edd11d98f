package io.orderflow.saga;

import io.orderflow.journal.ArchiveRule;
import io.orderflow.saga.SagaTable.Listed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Archives the completed and the compensated sagas of one definition, each with the entities that belong to it alone. A saga whose
 * compensation failed stays in the journal, because an operator can retry it.
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
  private final List<String> entityTypes;
  private final Unfinished unfinished;

  private EndedSagas(String definition, SagaStatus state, List<String> entityTypes, Unfinished unfinished) {
    this.definition = definition;
    this.state = state;
    this.entityTypes = Stream.concat(Stream.of(Sagas.entityType(definition)), entityTypes.stream()).toList();
    this.unfinished = unfinished;
  }

  /** @param entityTypes the types whose entity with the saga's id belongs to the saga alone */
  public static List<ArchiveRule> of(String definition, List<String> entityTypes, Unfinished unfinished) {
    return Stream.of(SagaStatus.COMPLETED, SagaStatus.COMPENSATED)
        .<ArchiveRule>map(state -> new EndedSagas(definition, state, entityTypes, unfinished)).toList();
  }

  @Override
  public List<Group> next(Connection connection, Instant before, Optional<Group> last, int limit) throws SQLException {
    Instant after = Instant.ofEpochMilli(last.map(Group::at).orElse(0L));
    return SagaTable.ended(connection, definition, state, before, after, last.map(Group::id).orElse(""), limit).stream()
        .map(this::group).toList();
  }

  private Group group(Listed saga) {
    return new Group(saga.sagaId(), saga.startedAt().toEpochMilli(),
        entityTypes.stream().map(type -> type + "|" + saga.sagaId()).toList());
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
