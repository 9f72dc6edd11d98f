package io.orderflow.gateway;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Host;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.TLSPlacebo;
import akka.util.ByteString;
import io.orderflow.http.wire.ResponseScanner;
import io.orderflow.http.wire.ScannedTransport;
import io.orderflow.http.wire.Wire;

/** How a connection to one address is made: TCP, perhaps TLS, the scanner of what comes back, and Akka HTTP's client over them. */
final class ServiceWire {

  private final ActorSystem<?> system;
  private final String host;
  private final int port;
  private final boolean secure;
  private final ClientConnectionSettings settings;
  private final BidiFlow<HttpRequest, ByteString, ByteString, HttpResponse, NotUsed> client;

  ServiceWire(ActorSystem<?> system, String host, int port, boolean secure, ClientConnectionSettings settings) {
    this.system = system;
    this.host = host;
    this.port = port;
    this.secure = secure;
    this.settings = settings;
    this.client = Http.get(system).clientLayer(Host.create(host, port), settings).atop(unencrypted());
  }

  /** A new connection, opened when the flow is run; the exchange is told of what the scanner sees. */
  Flow<HttpRequest, HttpResponse, NotUsed> connect(ResponseScanner.Exchange exchange) {
    return client.join(ScannedTransport.bytes(host, port, secure, settings, system.classicSystem()).via(Wire.responses(exchange)));
  }

  /** Bytes in place of the records of TLS; its type is only narrower than what is asked for. */
  @SuppressWarnings("unchecked")
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> unencrypted() {
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>) (BidiFlow<?, ?, ?, ?, ?>) TLSPlacebo.getInstance();
  }
}
