package io.orderflow.http;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.http.impl.engine.http2.Http2$;
import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reports when a request's client has disconnected, so that work for it can end: its connection was closed, or its HTTP/2 stream was reset. One
 * instance per actor system.
 */
public final class ClientPresence implements Extension {

  /** Resets remembered per connection, for requests that are watched only afterwards: four times the limit on open streams. */
  private static final int MAX_REMEMBERED_RESETS = 1024;
  /** An HTTP/1.1 connection has one request at a time. */
  private static final int NO_STREAM = 0;
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static final AttributeKey<Integer> STREAM = (AttributeKey) Http2$.MODULE$.streamId();

  private static final AbstractExtensionId<ClientPresence> ID = new AbstractExtensionId<>() {
    @Override
    public ClientPresence createExtension(ExtendedActorSystem system) {
      return new ClientPresence();
    }
  };

  /** The port of this node that a request came to. */
  private static final AttributeKey<Integer> PORT = AttributeKey.create("port", Integer.class);

  /** A client may use one port of its own for connections to several ports of this node at once. */
  private record Ends(InetSocketAddress client, int port) {}

  private final ConcurrentHashMap<Ends, Connection> connections = new ConcurrentHashMap<>();

  private ClientPresence() {}

  public static ClientPresence of(ActorSystem system) {
    return ID.get(system);
  }

  /**
   * Registers a connection. Must be called before its first request is read.
   *
   * @param port the port of this node
   */
  public Connection connected(InetSocketAddress client, int port) {
    Connection connection = new Connection(new Ends(client, port));
    connections.put(connection.ends, connection);
    return connection;
  }

  /** The request with the port of this node that it came to. */
  static HttpRequest at(int port, HttpRequest request) {
    return request.addAttribute(PORT, port);
  }

  /**
   * Runs the action once when the request's client disconnects; at once if it already has. A request without a connection has a client that never
   * disconnects.
   *
   * @param gone short and thread-safe
   * @return ends the watch
   */
  public Runnable watch(HttpRequest request, Runnable gone) {
    Optional<Ends> ends = request.getAttribute(AttributeKeys.remoteAddress).flatMap(client ->
        client.getAddress().flatMap(ip -> request.getAttribute(PORT).map(port -> new Ends(new InetSocketAddress(ip, client.getPort()), port))));
    if (ends.isEmpty()) {
      return () -> {};
    }
    Connection connection = connections.get(ends.get());
    int stream = request.getAttribute(STREAM).orElse(NO_STREAM);
    if (connection == null || !connection.add(stream, gone)) {
      gone.run();
      return () -> {};
    }
    return () -> connection.remove(stream, gone);
  }

  /** Open client connections. */
  public int size() {
    return connections.size();
  }

  /** A client's connection and its watches. */
  public final class Connection {

    private final Ends ends;
    private Map<Integer, Set<Runnable>> watches = new HashMap<>(2);
    private Set<Integer> resets = Set.of();

    private Connection(Ends ends) {
      this.ends = ends;
    }

    private synchronized boolean add(int stream, Runnable gone) {
      if (watches == null || resets.contains(stream)) {
        return false;
      }
      watches.computeIfAbsent(stream, none -> new HashSet<>(2)).add(gone);
      return true;
    }

    private synchronized void remove(int stream, Runnable gone) {
      if (watches != null) {
        watches.computeIfPresent(stream, (number, set) -> set.remove(gone) && set.isEmpty() ? null : set);
      }
    }

    /** Called when the client has reset that stream. */
    public void reset(int stream) {
      tell(forget(stream));
    }

    private synchronized List<Runnable> forget(int stream) {
      if (watches == null) {
        return List.of();
      }
      if (resets.isEmpty()) {
        resets = new LinkedHashSet<>();
      } else if (resets.size() == MAX_REMEMBERED_RESETS) {
        resets.remove(resets.iterator().next());
      }
      resets.add(stream);
      Set<Runnable> left = watches.remove(stream);
      return left == null ? List.of() : List.copyOf(left);
    }

    /** Called when the connection was closed or broke. May be called more than once. */
    public void closed() {
      connections.remove(ends, this);
      tell(forgetAll());
    }

    private synchronized List<Runnable> forgetAll() {
      List<Runnable> left = new ArrayList<>();
      if (watches != null) {
        watches.values().forEach(left::addAll);
      }
      watches = null;
      return left;
    }

    /** Runs outside the lock, since an action may end another watch. */
    private static void tell(List<Runnable> left) {
      left.forEach(Runnable::run);
    }
  }
}
