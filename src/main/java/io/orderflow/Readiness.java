package io.orderflow;

import akka.actor.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.javadsl.Adapter;
import io.orderflow.gateway.ServiceNodes;
import io.orderflow.journal.Database;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Whether this node can serve, as {@code /ready} says: all its ports are open and, if it carries aggregates, its database answers; a gateway
 * without services of its own knows of a node that carries them. That it is a member of the cluster is Akka Management's own check beside it.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {

  /** What the node has told of itself. */
  static final class Told implements Extension {
    private volatile boolean serves;
    private volatile Optional<Database> database = Optional.empty();
    private volatile boolean needsOthers;
  }

  private static final class Id extends ExtensionId<Told> {
    static final Id INSTANCE = new Id();

    @Override
    public Told createExtension(akka.actor.typed.ActorSystem<?> system) {
      return new Told();
    }
  }

  private final akka.actor.typed.ActorSystem<Void> system;
  private final Told told;

  /** Made by Akka Management, which finds it in the configuration. */
  public Readiness(ActorSystem system) {
    this.system = Adapter.toTyped(system);
    this.told = Id.INSTANCE.apply(this.system);
  }

  /**
   * Tells that all parts of the node are up.
   *
   * @param database that of a node that carries aggregates
   * @param needsOthers whether it serves only with other nodes' services
   */
  static void serves(akka.actor.typed.ActorSystem<?> system, Optional<Database> database, boolean needsOthers) {
    Told told = Id.INSTANCE.apply(system);
    told.database = database;
    told.needsOthers = needsOthers;
    told.serves = true;
  }

  @Override
  public CompletionStage<Boolean> get() {
    if (!told.serves || told.needsOthers && !ServiceNodes.knowsAny(system)) {
      return CompletableFuture.completedFuture(false);
    }
    if (told.database.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    return told.database.get().async(connection -> connection.isValid(2)).exceptionally(unreachable -> false);
  }
}
