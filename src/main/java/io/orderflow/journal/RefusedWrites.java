package io.orderflow.journal;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.Futures;
import akka.pattern.Patterns;
import akka.persistence.JournalProtocol.DeleteMessagesTo;
import akka.persistence.Persistence;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Fails writes that the database refused without opening the journal's circuit breaker. A refused sequence number means that another
 * incarnation of the entity exists: the database is healthy. But Akka's journal counts every failed write, and after ten in a row its
 * breaker rejects the writes of all entities. Refused writes are therefore failed a few at a time. After each group a request that succeeds
 * goes through the same breaker and resets its count.
 *
 * <p>If the breaker is open for another reason, refused writes still fail, each after a short delay at most.
 */
final class RefusedWrites {

  /** The persistence id whose deletion is the request that succeeds. No entity has this id, because it names no entity type. */
  static final String NOTHING = "|";
  /** Refused writes in a group. Two groups and one other failure stay below the breaker's limit of ten. */
  private static final int AT_ONCE = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private record Refused<T>(Promise<T> outcome, Throwable cause) {
    private void fail() {
      outcome.failure(cause);
    }
  }

  private final ActorSystem system;
  /** Bounded by the number of writes that the writer accepts at a time. */
  private final Queue<Refused<?>> waiting = new ArrayDeque<>();
  private boolean underWay;

  RefusedWrites(ActorSystem system) {
    this.system = system;
  }

  /** Returns a future that fails with the cause in its turn. */
  <T> Future<T> fail(Throwable cause) {
    Promise<T> outcome = Futures.promise();
    synchronized (this) {
      waiting.add(new Refused<>(outcome, cause));
      if (underWay) {
        return outcome.future();
      }
      underWay = true;
    }
    failSome();
    return outcome.future();
  }

  private void failSome() {
    for (int i = 0; i < AT_ONCE; i++) {
      Refused<?> next;
      synchronized (this) {
        next = waiting.poll();
      }
      if (next != null) {
        next.fail();
      }
    }
    // Looked up late: this object is created while the journal is being created.
    ActorRef journal = Persistence.get(system).journalFor("jdbc-journal", ConfigFactory.empty());
    Patterns.askWithReplyTo(journal, replyTo -> new DeleteMessagesTo(NOTHING, 0, replyTo), PATIENCE).whenComplete((deleted, failure) -> goOn());
  }

  private void goOn() {
    synchronized (this) {
      if (waiting.isEmpty()) {
        underWay = false;
        return;
      }
    }
    failSome();
  }
}
