package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;

/**
 * Whether this node is about to shut down. From then on its HTTP servers close each connection of HTTP/1.1 after the next response, so that
 * clients open new ones to other nodes before this one stops listening.
 */
public final class Draining {

  private static final class State implements Extension {
    private volatile boolean on;
  }

  private static final class Id extends ExtensionId<State> {
    private static final Id INSTANCE = new Id();

    @Override
    public State createExtension(ActorSystem<?> system) {
      return new State();
    }
  }

  private final State state;

  private Draining(State state) {
    this.state = state;
  }

  public static Draining of(ActorSystem<?> system) {
    return new Draining(Id.INSTANCE.apply(system));
  }

  /** Called when the node begins to shut down. */
  public void begin() {
    state.on = true;
  }

  public boolean isOn() {
    return state.on;
  }

  /** The response, with which the connection ends. */
  static HttpResponse last(HttpResponse response) {
    return response.addHeader(Connection.create("close"));
  }
}
