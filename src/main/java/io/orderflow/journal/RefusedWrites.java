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
 * Has writes that the database refused fail without opening the journal's circuit breaker. A refused sequence number means that another
 * incarnation of the entity lives; it is an answer of a healthy database. But Akka's journal counts every write that fails, and after ten in a
 * row refuses those of all entities. So a few at a time are failed, and after them the journal is asked for something that succeeds, by way of
 * the same breaker: a success sets its count back.
 *
 * <p>While the breaker is open for other reasons nothing changes that, and refused writes still fail, each after at most a moment.
 */
final class RefusedWrites {

  /** The entity whose deletion is that something; no entity has this id, for it has no type. */
  static final String NOTHING = "|";
  /** So few that twice as many, with one failure beside them, don't open the breaker, which takes ten. */
  private static final int AT_ONCE = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private record Refused<T>(Promise<T> outcome, Throwable cause) {
    private void fail() {
      outcome.failure(cause);
    }
  }

  private final ActorSystem system;
  /** Bounded by the writes that the writer takes at a time. */
  private final Queue<Refused<?>> waiting = new ArrayDeque<>();
  private boolean underWay;

  RefusedWrites(ActorSystem system) {
    this.system = system;
  }

  /** Fails with the cause, in its turn. */
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
    // Looked up here and not before: the journal is being made when this is.
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
