package io.orderflow.http.wire;

import akka.NotUsed;
import akka.actor.ActorSystem;
import akka.http.javadsl.ClientTransport;
import akka.http.javadsl.OutgoingConnection;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SendBytes;
import akka.stream.TLSProtocol.SessionBytes;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.TLS;
import akka.util.ByteString;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * Opens connections whose responses are scanned, for an Akka HTTP connection pool that sends one POST request at a time on each. Akka HTTP alone
 * would take surplus bytes after a response for the next response. TLS is applied here, below the scanner; Akka HTTP gets requests with the scheme
 * http in both cases.
 */
public final class ScannedTransport extends ClientTransport {

  private final boolean secure;

  public ScannedTransport(boolean secure) {
    this.secure = secure;
  }

  @Override
  public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> connectTo(String host, int port,
      ClientConnectionSettings settings, ActorSystem system) {
    Posts posts = new Posts();
    return Flow.of(ByteString.class).map(posts::sending)
        .viaMat(bytes(host, port, secure, settings, system), Keep.right()).via(Wire.responses(posts));
  }

  /** The bytes of a new connection, unscanned, with or without TLS. */
  public static Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> bytes(String host, int port, boolean secure,
      ClientConnectionSettings settings, ActorSystem system) {
    Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> tcp = ClientTransport.TCP().connectTo(host, port, settings, system);
    return secure ? encrypted(host, port).join(tcp, Keep.right()) : tcp;
  }

  private static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> encrypted(String host, int port) {
    Flow<ByteString, SslTlsOutbound, NotUsed> out = Flow.of(ByteString.class).map(SendBytes::new);
    Flow<SslTlsInbound, ByteString, NotUsed> in =
        Flow.of(SslTlsInbound.class).filter(SessionBytes.class::isInstance).map(session -> ((SessionBytes) session).bytes());
    return BidiFlow.fromFlows(out, in).atop(TLS.create(() -> engine(host, port), TLSClosing.eagerClose()));
  }

  private static SSLEngine engine(String host, int port) {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine(host, port);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
      return engine;
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("the platform has no TLS", missing);
    }
  }

  /** Takes outgoing bytes as the sign that a response is awaited. */
  private static final class Posts implements ResponseScanner.Exchange {

    private volatile boolean awaited;
    private volatile boolean spoiled;

    private ByteString sending(ByteString bytes) throws MalformedMessage {
      if (spoiled) {
        throw MalformedMessage.because("the server sent more bytes than its response");
      }
      awaited = true;
      return bytes;
    }

    @Override
    public String awaitedMethod() {
      return awaited ? "POST" : null;
    }

    @Override
    public void answered() {
      awaited = false;
    }

    @Override
    public void spoiled() {
      spoiled = true;
    }
  }
}
