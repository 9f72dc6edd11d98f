package io.orderflow.node;

import akka.http.javadsl.server.Route;
import io.orderflow.archive.ArchiveRule;
import io.orderflow.journal.JournalIndex;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.saga.Sagas;
import java.util.List;

/**
 * A business package as a node carries it. Its constructor hosts the aggregates and the sagas, on every node with services; the methods are
 * called once, after all modules were constructed.
 */
public interface Module {

  /** The sagas that it has made; the node recovers those that a crash has left behind. */
  default List<Sagas<?>> sagas() {
    return List.of();
  }

  /** Starts its singletons. They may call any saga. */
  default void start() {}

  /** Its tables that the journal index fills. */
  default List<JournalIndex.Table> tables() {
    return List.of();
  }

  default List<ProjectionDefinition<?>> projections() {
    return List.of();
  }

  /** The rules by which events of ended aggregates leave the journal. */
  default List<ArchiveRule> archiveRules() {
    return List.of();
  }

  /** The aggregates without an end, whose events leave the journal once a snapshot has them. */
  default List<String> snapshotted() {
    return List.of();
  }

  List<Route> routes();
}
