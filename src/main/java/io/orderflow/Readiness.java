package io.orderflow;

import akka.actor.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.javadsl.Adapter;
import io.orderflow.gateway.ServiceNodes;
import io.orderflow.http.Draining;
import io.orderflow.journal.Database;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Decides whether {@code /ready} reports this node as ready. All its ports must be open. A node with aggregates also needs its database; a
 * gateway without services needs to know a node with services. A node that shuts down is not ready. Akka Management checks cluster membership separately.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {

  /** The state that the node has reported. */
  static final class State implements Extension {
    private volatile boolean serves;
    private volatile Optional<Database> database = Optional.empty();
    private volatile boolean needsOthers;
  }

  private static final class Id extends ExtensionId<State> {
    static final Id INSTANCE = new Id();

    @Override
    public State createExtension(akka.actor.typed.ActorSystem<?> system) {
      return new State();
    }
  }

  private final akka.actor.typed.ActorSystem<Void> system;
  private final State state;

  /** Akka Management creates the instance from the configuration. */
  public Readiness(ActorSystem system) {
    this.system = Adapter.toTyped(system);
    this.state = Id.INSTANCE.apply(this.system);
  }

  /**
   * Reports that all parts of the node are up.
   *
   * @param database the database of a node with aggregates
   * @param needsOthers whether the node can serve only if other nodes have services
   */
  static void serves(akka.actor.typed.ActorSystem<?> system, Optional<Database> database, boolean needsOthers) {
    State state = Id.INSTANCE.apply(system);
    state.database = database;
    state.needsOthers = needsOthers;
    state.serves = true;
  }

  @Override
  public CompletionStage<Boolean> get() {
    if (!state.serves || Draining.of(system).isOn() || state.needsOthers && !ServiceNodes.knowsAny(system)) {
      return CompletableFuture.completedFuture(false);
    }
    if (state.database.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    return state.database.get().async(connection -> connection.isValid(2)).exceptionally(unreachable -> false);
  }
}
