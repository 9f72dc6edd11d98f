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
 * Connections to a server whose answers are scanned, for a pool of Akka HTTP's that sends POST requests one at a time on each. Akka HTTP would
 * take bytes behind an answer for the answer to the next request. TLS is made here, under the scanner: requests are given to Akka HTTP with
 * the scheme http either way.
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

  /** The bytes of a new connection, encrypted or not, before anything looks at them. */
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

  /** Knows from the bytes that are sent that an answer is awaited. */
  private static final class Posts implements ResponseScanner.Exchange {

    private volatile boolean awaited;
    private volatile boolean spoiled;

    private ByteString sending(ByteString bytes) throws MalformedMessage {
      if (spoiled) {
        throw MalformedMessage.because("the server sent more than its answer");
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
