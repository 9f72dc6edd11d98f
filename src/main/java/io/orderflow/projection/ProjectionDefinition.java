package io.orderflow.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Defines a projection: the entity type whose events it follows, and how its tables change with them.
 *
 * <p>Each table has a column {@code generation}. A rebuild fills the next generation while queries read the live one, see
 * {@link Projections#live}.
 *
 * @param <E> the events of one aggregate type
 */
public interface ProjectionDefinition<E> {

  /**
   * A table of the projection.
   *
   * @param name its name
   * @param key the column after the generation in its primary key, or in the index instead of it
   * @param within the column after the key in that index, descending; empty if there are few rows of one key
   */
  record Table(String name, String key, Optional<String> within) {

    public Table(String name, String key) {
      this(name, key, Optional.empty());
    }
  }

  /** The name that operators see. It is stored with the positions. */
  String name();

  /** The type of the entities whose events it follows. */
  String entityType();

  /** The class of these events. */
  Class<E> events();

  List<Table> tables();

  /**
   * Applies events to the tables, all of them or, by throwing, none. The caller owns the transaction. Each event takes effect once. The
   * events of one entity come in order and always with the same slice. If a call with several events throws, it is rolled back, and the
   * events are applied again in smaller parts. An entity whose event fails alone is parked. A failure that is not an event's must be an
   * {@link SQLException}.
   *
   * @param generation the generation to write
   * @param slice the entities' part of all entities, from 0; no other call writes for it meanwhile
   * @throws SQLException if the database refuses
   */
  void apply(Connection connection, long generation, int slice, List<ProjectionEvent<E>> events) throws SQLException;
}
