package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;

/**
 * Whether this node is about to shut down. From then on its HTTP servers close each connection of HTTP/1.1 after the next response, so that
 * clients open new ones to other nodes before this one stops listening.
 */
public final class Draining {

  private static final class State implements Extension {
    private volatile boolean on;
    private volatile boolean over;
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

  /** Called when no gateway sends this node requests any more. */
  public void end() {
    state.over = true;
  }

  /** The routes until then. A request that comes later, over a connection that is still open, is refused before it has begun. */
  public Route untilEnd(Route routes) {
    return new Directives().extractRequest(request -> state.over ? Directives.refused() : routes);
  }

  private static final class Directives extends AllDirectives {
    private static Route refused() {
      return new Directives().complete(Problem.of(503, Problem.NODE_LEAVING, "the node is shutting down and has not begun with the request").response());
    }
  }

  /** The response, with which the connection ends. */
  static HttpResponse last(HttpResponse response) {
    return response.addHeader(Connection.create("close"));
  }
}
