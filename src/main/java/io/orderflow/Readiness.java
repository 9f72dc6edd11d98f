package io.orderflow;

import akka.actor.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.javadsl.Adapter;
import io.orderflow.store.Database;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Whether this node can serve, as {@code /ready} says: all its ports are open and, if it carries aggregates, its database answers. That
 * it is a member of the cluster is Akka Management's own check beside it.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {

  /** What the node has told of itself. */
  static final class Told implements Extension {
    private volatile boolean serves;
    private volatile Optional<Database> database = Optional.empty();
  }

  private static final class Id extends ExtensionId<Told> {
    static final Id INSTANCE = new Id();

    @Override
    public Told createExtension(akka.actor.typed.ActorSystem<?> system) {
      return new Told();
    }
  }

  private final Told told;

  /** Made by Akka Management, which finds it in the configuration. */
  public Readiness(ActorSystem system) {
    this.told = Id.INSTANCE.apply(Adapter.toTyped(system));
  }

  /** Tells that all parts of the node are up; the database is that of a node that carries aggregates. */
  static void serves(akka.actor.typed.ActorSystem<?> system, Optional<Database> database) {
    Told told = Id.INSTANCE.apply(system);
    told.database = database;
    told.serves = true;
  }

  @Override
  public CompletionStage<Boolean> get() {
    if (!told.serves || told.database.isEmpty()) {
      return CompletableFuture.completedFuture(told.serves);
    }
    return told.database.get().async(connection -> connection.isValid(2)).exceptionally(unreachable -> false);
  }
}
