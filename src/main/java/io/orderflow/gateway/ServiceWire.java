package io.orderflow.gateway;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ClientTransport;
import akka.http.javadsl.Http;
import akka.http.javadsl.OutgoingConnection;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Host;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.TLSPlacebo;
import akka.util.ByteString;
import io.orderflow.http.tls.TlsFlow;
import io.orderflow.http.wire.ResponseScanner;
import io.orderflow.http.wire.Wire;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Opens connections to one address: TCP, TLS if configured, the response scanner, and Akka HTTP's client on top. */
final class ServiceWire {

  private final ActorSystem<?> system;
  private final String host;
  private final int port;
  private final Optional<Supplier<SSLEngine>> engines;
  private final ClientConnectionSettings settings;
  private final BidiFlow<HttpRequest, ByteString, ByteString, HttpResponse, NotUsed> client;

  /** @param engines makes the TLS engine of each connection; empty for connections without TLS */
  ServiceWire(ActorSystem<?> system, String host, int port, Optional<Supplier<SSLEngine>> engines, ClientConnectionSettings settings) {
    this.system = system;
    this.host = host;
    this.port = port;
    this.engines = engines;
    this.settings = settings;
    this.client = Http.get(system).clientLayer(Host.create(host, port), settings).atop(unencrypted());
  }

  /** A new connection, opened when the flow is run. The scanner reports to the exchange. */
  Flow<HttpRequest, HttpResponse, NotUsed> connect(ResponseScanner.Exchange exchange) {
    Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> tcp =
        ClientTransport.TCP().connectTo(host, port, settings, system.classicSystem());
    return client.join(engines.map(engine -> TlsFlow.of(engine).join(tcp, Keep.right())).orElse(tcp).via(Wire.responses(exchange)));
  }

  /** Plain bytes in place of TLS records. The cast is safe: the placebo's type is only narrower than the required one. */
  @SuppressWarnings("unchecked")
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> unencrypted() {
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>) (BidiFlow<?, ?, ?, ?, ?>) TLSPlacebo.getInstance();
  }
}
