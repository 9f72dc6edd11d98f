package io.orderflow.aggregate;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.Behavior;
import akka.persistence.typed.PersistenceId;
import java.util.List;

/** The part of {@link GroupCommit} that stores, told one command at a time. */
public final class GroupCommitKit {

  private final TestProbe<GroupCommit.Written> writtenTo;

  public GroupCommitKit(ActorTestKit kit) {
    this.writtenTo = kit.createTestProbe();
  }

  /** Stores what the aggregate decides. */
  @SuppressWarnings("unchecked") // it is told nothing but batches of the aggregate's commands
  public <C extends Aggregate.Command, E, S> Behavior<Object> writer(String id, Aggregate<C, E, S> aggregate, int snapshotEvery) {
    return (Behavior<Object>) (Behavior<?>) new Writer<>(PersistenceId.ofUniqueId(id), aggregate, snapshotEvery);
  }

  /** A whole aggregate, which writes what comes together together. */
  public static <C extends Aggregate.Command, E, S> Behavior<C> entity(String id, Aggregate<C, E, S> aggregate) {
    return GroupCommit.create(PersistenceId.ofUniqueId(id), aggregate, null, new GroupCommit.Settings(200, 10_000, 5_000));
  }

  /** The command alone. */
  public <C> Object batch(C command) {
    return new Writer.Batch<>(List.of(command), writtenTo.ref());
  }
}
