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

/** Opens connections to one address: TCP, TLS if configured, the response scanner, and Akka HTTP's client on top. */
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

  /** A new connection, opened when the flow is run. The scanner reports to the exchange. */
  Flow<HttpRequest, HttpResponse, NotUsed> connect(ResponseScanner.Exchange exchange) {
    return client.join(ScannedTransport.bytes(host, port, secure, settings, system.classicSystem()).via(Wire.responses(exchange)));
  }

  /** Plain bytes in place of TLS records. The cast is safe: the placebo's type is only narrower than the required one. */
  @SuppressWarnings("unchecked")
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> unencrypted() {
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>) (BidiFlow<?, ?, ?, ?, ?>) TLSPlacebo.getInstance();
  }
}
