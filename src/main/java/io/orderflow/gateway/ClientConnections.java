package io.orderflow.gateway;

import akka.NotUsed;
import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.http.impl.engine.http2.TelemetrySpi;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.scaladsl.model.HttpRequest;
import akka.http.scaladsl.model.HttpResponse;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.scaladsl.BidiFlow;
import akka.stream.scaladsl.Flow;
import akka.stream.scaladsl.Tcp;
import akka.util.ByteString;
import com.typesafe.config.Config;
import io.orderflow.http.wire.ConnectionLimit;
import io.orderflow.http.wire.Wire;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The connections that clients have to the servers of this node: bounded in number, scanned before Akka HTTP reads them ({@link Wire}), and
 * watched, so that what a client waits for is given up when it goes away. Akka HTTP gives a handler no access to connections; the place where
 * it lets a telemetry library look on ({@code akka.http.http2-telemetry-class}) does.
 */
public final class ClientConnections implements TelemetrySpi {

  private final Registry registry;
  private final Materializer materializer;
  private final akka.stream.javadsl.Flow<ByteString, ByteString, NotUsed> scanned;
  private final ConnectionLimit limit;

  /** What Akka HTTP calls, by its setting. */
  public ClientConnections(ActorSystem system) {
    Config config = system.settings().config().getConfig("orderflow");
    ClientAddress addresses = new ClientAddress(config.getString("gateway.trusted-proxies"));
    this.registry = Registry.of(system);
    this.materializer = SystemMaterializer.get(system).materializer();
    this.scanned = Wire.requests(config);
    this.limit = new ConnectionLimit(config.getConfig("http.connections"), Runtime.getRuntime().maxMemory(),
        address -> addresses.trusts(address) ? ConnectionLimit.UNLIMITED : ClientAddress.allowanceKey(address));
  }

  /** The connections of one actor system. */
  static final class Registry implements Extension {

    private static final AbstractExtensionId<Registry> ID = new AbstractExtensionId<>() {
      @Override
      public Registry createExtension(ExtendedActorSystem system) {
        return new Registry();
      }
    };

    private final ConcurrentHashMap<InetSocketAddress, Client> clients = new ConcurrentHashMap<>();

    static Registry of(ActorSystem system) {
      return ID.get(system);
    }

    /** Has the exchange given up when the client at that address goes away before its answer. */
    void watch(RemoteAddress address, Exchange exchange) {
      Client client = address.getAddress().map(ip -> clients.get(new InetSocketAddress(ip, address.getPort()))).orElse(null);
      if (client != null && client.await(exchange)) {
        exchange.whenComplete((answer, failure) -> client.served(exchange));
      }
    }

    /** How many clients are connected. */
    int size() {
      return clients.size();
    }
  }

  /** One connection, with what is under way for it: one exchange with HTTP/1.1, many with HTTP/2. */
  private static final class Client {

    private Set<Exchange> awaited = new HashSet<>(2);

    private synchronized boolean await(Exchange exchange) {
      if (awaited == null) {
        exchange.giveUp();
        return false;
      }
      return awaited.add(exchange);
    }

    private synchronized void served(Exchange exchange) {
      if (awaited != null) {
        awaited.remove(exchange);
      }
    }

    private void gone() {
      Set<Exchange> left;
      synchronized (this) {
        left = awaited;
        awaited = null;
      }
      if (left != null) {
        left.forEach(Exchange::giveUp);
      }
    }
  }

  @Override
  public Flow<Tcp.IncomingConnection, Tcp.IncomingConnection, NotUsed> serverBinding() {
    return akka.stream.javadsl.Flow.of(Tcp.IncomingConnection.class).filter(this::admitted).map(this::watched).asScala();
  }

  private boolean admitted(Tcp.IncomingConnection connection) {
    boolean admitted = limit.admit(connection.remoteAddress().getAddress());
    if (!admitted) {
      Source.<ByteString>empty().via(connection.flow().asJava()).runWith(Sink.cancelled(), materializer);
    }
    return admitted;
  }

  private Tcp.IncomingConnection watched(Tcp.IncomingConnection connection) {
    Client client = new Client();
    AtomicBoolean left = new AtomicBoolean();
    registry.clients.put(connection.remoteAddress(), client);
    Runnable gone = () -> {
      registry.clients.remove(connection.remoteAddress(), client);
      if (left.compareAndSet(false, true)) {
        limit.leave(connection.remoteAddress().getAddress());
      }
      client.gone();
    };
    Flow<ByteString, ByteString, NotUsed> bytes = connection.flow().asJava().via(Bodies.watch(gone, gone)).via(scanned).asScala();
    return new Tcp.IncomingConnection(connection.localAddress(), connection.remoteAddress(), bytes);
  }

  @Override
  public BidiFlow<HttpRequest, HttpRequest, HttpResponse, HttpResponse, NotUsed> client() {
    return akka.stream.javadsl.BidiFlow.<HttpRequest, HttpResponse>identity().asScala();
  }

  @Override
  public BidiFlow<HttpResponse, HttpResponse, HttpRequest, HttpRequest, NotUsed> serverConnection() {
    return akka.stream.javadsl.BidiFlow.<HttpResponse, HttpRequest>identity().asScala();
  }
}
