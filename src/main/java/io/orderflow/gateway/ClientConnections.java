package io.orderflow.gateway;

import akka.NotUsed;
import akka.actor.ActorSystem;
import akka.http.impl.engine.http2.TelemetrySpi;
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
import io.orderflow.http.ClientPresence;
import io.orderflow.http.tls.Tls;
import io.orderflow.http.tls.TlsFlow;
import io.orderflow.http.wire.ConnectionLimit;
import io.orderflow.http.wire.Wire;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Handles client connections to this node's servers. It bounds their number, decrypts their bytes ({@link Tls}), scans them before Akka
 * HTTP reads them ({@link Wire}), and watches them, so that work for a client ends when it disconnects ({@link ClientPresence}). Akka HTTP gives handlers no access to connections; its
 * hook for telemetry libraries ({@code akka.http.http2-telemetry-class}) does.
 */
public final class ClientConnections implements TelemetrySpi {

  private final ClientPresence clients;
  private final Materializer materializer;
  private final Wire.Requests requests;
  private final ConnectionLimit limit;
  private final Tls tls;

  /** Called by Akka HTTP, whose setting names this class. */
  public ClientConnections(ActorSystem system) {
    Config config = system.settings().config().getConfig("orderflow");
    ClientAddress addresses = new ClientAddress(config.getString("gateway.trusted-proxies"));
    this.clients = ClientPresence.of(system);
    this.materializer = SystemMaterializer.get(system).materializer();
    this.tls = Tls.of(system);
    this.requests = Wire.requests(config);
    this.limit = new ConnectionLimit(config.getConfig("http.connections"), Runtime.getRuntime().maxMemory(),
        address -> addresses.trusts(address) ? ConnectionLimit.UNLIMITED : ClientAddress.bucketKey(address));
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
    ClientPresence.Connection client = clients.connected(connection.remoteAddress(), connection.localAddress().getPort());
    AtomicBoolean left = new AtomicBoolean();
    Runnable gone = () -> {
      if (left.compareAndSet(false, true)) {
        limit.leave(connection.remoteAddress().getAddress());
      }
      client.closed();
    };
    akka.stream.javadsl.Flow<ByteString, ByteString, NotUsed> socket = connection.flow().asJava().via(Bodies.watch(gone, gone));
    Flow<ByteString, ByteString, NotUsed> bytes =
        requests.scanned(tls.isOn() ? TlsFlow.of(tls::serverEngine).join(socket) : socket, client::reset).asScala();
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
