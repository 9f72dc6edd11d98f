package io.orderflow.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What the business says about a view: from whose events it is made, and how its tables follow them.
 *
 * <p>Each of its tables has a column {@code generation}: a rebuild fills the next generation while queries read the live one, see
 * {@link Projections#live}.
 *
 * @param <E> the events of one kind of aggregate
 */
public interface ProjectionDefinition<E> {

  /**
   * A table of the view.
   *
   * @param name its name
   * @param key the column that follows the generation in its primary key
   */
  record Table(String name, String key) {}

  /** For operators; part of what is stored. */
  String name();

  /** The entities whose events it follows. */
  String entityType();

  /** The type of these events. */
  Class<E> events();

  List<Table> tables();

  /**
   * Writes what the events change, all of them or, by throwing, none; the transaction is the caller's. Each event takes effect once,
   * those of one entity in their order and always with the same slice. What throws among several events is called again with fewer of
   * them, after a rollback; an entity whose event throws alone is parked. A failure that lies in no event is one of SQL.
   *
   * @param generation where to write
   * @param slice the part of all entities that these belong to, from 0; nobody else writes for it meanwhile
   * @throws SQLException when the database refuses
   */
  void apply(Connection connection, long generation, int slice, List<ProjectionEvent<E>> events) throws SQLException;
}
