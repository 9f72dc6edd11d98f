package io.orderflow.http.tls;

import akka.NotUsed;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SendBytes;
import akka.stream.TLSProtocol.SessionBytes;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.TLS;
import akka.util.ByteString;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Encrypts a connection's bytes below whatever reads them, so that scanners and Akka HTTP see plain ones. */
public final class TlsFlow {

  private TlsFlow() {}

  /** Plain bytes on its one side and encrypted ones on its other. The supplier makes the engine of each connection. */
  public static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> of(Supplier<SSLEngine> engines) {
    Flow<ByteString, SslTlsOutbound, NotUsed> out = Flow.of(ByteString.class).map(SendBytes::new);
    Flow<SslTlsInbound, ByteString, NotUsed> in =
        Flow.of(SslTlsInbound.class).filter(SessionBytes.class::isInstance).map(session -> ((SessionBytes) session).bytes());
    return BidiFlow.fromFlows(out, in).atop(TLS.create(engines::get, TLSClosing.eagerClose()));
  }
}
