package io.orderflow.store;

import akka.dispatch.Futures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Answers what the highest sequence number of an entity is by few queries about many entities: what is asked while queries are under way
 * waits for the next one, which begins after it was asked. Every entity that wakes asks, and of those of an order four have only just come
 * to be. What waits is bounded by the entities that are waking.
 */
final class HighestSequences {

  private record Asked(String persistenceId, Promise<Object> answer) {}

  /** Queries under way at once: as many as journal writes (jdbc-journal.parallelism). */
  private static final int PARALLEL = 2;
  /** Entities of a query; a power of two. */
  private static final int MOST = 256;

  private final Database database;
  private final Queue<Asked> waiting = new ArrayDeque<>();
  private int underWay;

  HighestSequences(Database database) {
    this.database = database;
  }

  /** The number, 0 of an entity that has written nothing; it fails when the database can't be asked. */
  Future<Object> ask(String persistenceId) {
    Asked asked = new Asked(persistenceId, Futures.promise());
    synchronized (waiting) {
      waiting.add(asked);
      if (underWay == PARALLEL) {
        return asked.answer().future();
      }
      underWay++;
    }
    query();
    return asked.answer().future();
  }

  private void query() {
    List<Asked> batch = next();
    if (batch.isEmpty()) {
      return;
    }
    database.async(connection -> find(connection, batch)).whenComplete((found, failure) -> {
      for (Asked asked : batch) {
        if (failure == null) {
          asked.answer().success(found.getOrDefault(asked.persistenceId(), 0L));
        } else {
          asked.answer().failure(failure);
        }
      }
      query();
    });
  }

  private List<Asked> next() {
    synchronized (waiting) {
      List<Asked> next = new ArrayList<>();
      while (next.size() < MOST && !waiting.isEmpty()) {
        next.add(waiting.remove());
      }
      if (next.isEmpty()) {
        underWay--;
      }
      return next;
    }
  }

  private static Map<String, Long> find(Connection connection, List<Asked> batch) throws SQLException {
    // As many places as the next power of two: few statements, which the driver and the server keep prepared.
    int places = Integer.highestOneBit(2 * batch.size() - 1);
    String ids = "(CAST(? AS VARCHAR(255)))" + ", (CAST(? AS VARCHAR(255)))".repeat(places - 1);
    try (PreparedStatement select = connection.prepareStatement("SELECT asked.id, (SELECT MAX(sequence_number) FROM event_journal"
        + " WHERE persistence_id = asked.id) FROM (VALUES " + ids + ") AS asked(id)")) {
      for (int i = 0; i < places; i++) {
        select.setString(i + 1, batch.get(Math.min(i, batch.size() - 1)).persistenceId());
      }
      Map<String, Long> highest = new HashMap<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          highest.put(found.getString(1), found.getLong(2));
        }
      }
      return highest;
    }
  }
}
