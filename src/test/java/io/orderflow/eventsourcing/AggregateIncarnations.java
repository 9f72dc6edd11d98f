package io.orderflow.eventsourcing;

import akka.pattern.StatusReply;
import io.orderflow.journal.LateJournal;
import io.orderflow.testkit.Incarnations;

/** Two nodes that share a journal, and one aggregate that lives on both: an older incarnation and a newer one. */
public final class AggregateIncarnations<C, E, S, R> implements AutoCloseable {

  private static final GroupCommit.Settings SETTINGS = new GroupCommit.Settings(200, 10_000, 5_000);

  /** One of them. */
  public final class Incarnation {

    private final Incarnations<Message>.Incarnation actor;

    private Incarnation(Incarnations<Message>.Incarnation actor) {
      this.actor = actor;
    }

    /** It recovers from what the journal has now. */
    public void spawns() {
      actor.spawns();
    }

    /** Asks it, again and again until it answers, as a saga does. */
    public StatusReply<R> ask(C command) {
      return actor.ask(replyTo -> new Message.Ask<C, R>(name, command, replyTo));
    }

    /** Asks it until it answers, and expects that it rejects the command with this code. */
    public void refuses(C command, String code) {
      actor.<R>refuses(replyTo -> new Message.Ask<C, R>(name, command, replyTo), code);
    }
  }

  private final String name;
  private final Incarnations<Message> both;
  public final LateJournal.Shared journal;
  public final Incarnation older;
  public final Incarnation newer;

  public AggregateIncarnations(AggregateType<C, E, S, R> type, String id) {
    this.name = type.name();
    this.both = new Incarnations<>(() -> Aggregates.behavior(type, id, SETTINGS));
    this.journal = both.journal;
    this.older = new Incarnation(both.older);
    this.newer = new Incarnation(both.newer);
  }

  /** The node of the older one is removed from the cluster. Its process goes on. */
  public void olderIsRemoved() {
    LateWrites.of(both.newer.system()).expect();
  }

  /** The writes of the older one, which is told this now, do not reach the journal before the spec lets them. */
  public LateJournal.Held olderWritesLate(C command) {
    return both.<R>olderWritesLate(replyTo -> new Message.Ask<C, R>(name, command, replyTo));
  }

  /** The older one is told to leave memory while a write of it is on its way, which then fails: it leaves. */
  public void olderLeavesThoughItsWriteFails(C command) {
    both.<R>olderLeavesThoughItsWriteFails(replyTo -> new Message.Ask<C, R>(name, command, replyTo), Message.Signal.LEAVE);
  }

  /** The write that is held next. */
  public LateJournal.Held awaitHeld() {
    return both.awaitHeld();
  }

  @Override
  public void close() {
    both.close();
  }
}
