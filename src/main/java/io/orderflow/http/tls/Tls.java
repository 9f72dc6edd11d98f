package io.orderflow.http.tls;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.Cancellable;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.dispatch.Dispatchers;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.HttpsConnectionContext;
import com.typesafe.config.Config;
import io.orderflow.kernel.StartRefused;
import io.orderflow.kernel.WatchedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * The TLS of a node: the certificate of its servers, and the authorities that it believes as a client. Both follow their files. Connections that are
 * open keep the certificate that they began with.
 */
public final class Tls implements Extension {

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final AbstractExtensionId<Tls> ID = new AbstractExtensionId<>() {
    @Override
    public Tls createExtension(ExtendedActorSystem system) {
      return new Tls(system);
    }
  };

  static {
    // A client of TLS 1.2 could have the server do one handshake after the other on one connection. Read when the first engine is made.
    if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
      System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }
  }

  private final Optional<WatchedFiles<SSLContext>> server;
  private final Optional<WatchedFiles<SSLContext>> client;
  private final String nodeName;

  private Tls(ExtendedActorSystem system) {
    Config tls = system.settings().config().getConfig("orderflow.tls");
    this.server = server(tls);
    this.client = client(tls);
    this.nodeName = tls.getString("node-name");
    server.ifPresent(files -> follow(system, files));
    client.ifPresent(files -> follow(system, files));
  }

  public static Tls of(ActorSystem system) {
    return ID.get(system);
  }

  /**
   * Checks the settings and reads the files.
   *
   * @param config the whole configuration
   * @throws StartRefused if a server's certificate has no key, or a file can't be used
   */
  public static void check(Config config) {
    server(config.getConfig("orderflow.tls"));
    client(config.getConfig("orderflow.tls"));
  }

  /** Whether the servers of a node with these settings speak HTTPS. */
  public static boolean isOn(Config config) {
    return !config.getString("orderflow.tls.certificate").isEmpty();
  }

  private static Optional<WatchedFiles<SSLContext>> server(Config tls) {
    String certificate = tls.getString("certificate");
    String key = tls.getString("key");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new StartRefused("ORDERFLOW_TLS_CERTIFICATE and ORDERFLOW_TLS_KEY must be set together.");
    }
    return certificate.isEmpty() ? Optional.empty()
        : Optional.of(new WatchedFiles<>("ORDERFLOW_TLS_CERTIFICATE with its ORDERFLOW_TLS_KEY", List.of(Path.of(certificate), Path.of(key)),
            contents -> {
              SSLContext context = SSLContext.getInstance("TLS");
              context.init(Pem.keys(contents.get(0), contents.get(1)), null, null);
              return context;
            }));
  }

  private static Optional<WatchedFiles<SSLContext>> client(Config tls) {
    String authorities = tls.getString("ca");
    return authorities.isEmpty() ? Optional.empty()
        : Optional.of(new WatchedFiles<>("ORDERFLOW_TLS_CA", List.of(Path.of(authorities)), contents -> trusting(contents.get(0))));
  }

  private static SSLContext trusting(String authorities) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, Pem.trust(authorities), null);
    return context;
  }

  private static void follow(ExtendedActorSystem system, WatchedFiles<SSLContext> files) {
    Cancellable following = system.scheduler().scheduleWithFixedDelay(WatchedFiles.INTERVAL, WatchedFiles.INTERVAL, files::refresh,
        system.dispatchers().lookup(Dispatchers.DefaultBlockingDispatcherId()));
    system.registerOnTermination((Runnable) following::cancel);
  }

  /** Whether this node's servers speak HTTPS. */
  public boolean isOn() {
    return server.isPresent();
  }

  /** The scheme of this node's URLs. */
  public String scheme() {
    return isOn() ? "https" : "http";
  }

  /**
   * Makes the engine of a connection to a server of this node. HTTP/2 is offered by ALPN.
   *
   * @throws java.util.NoSuchElementException if TLS is off
   */
  public SSLEngine serverEngine() {
    SSLEngine engine = server.orElseThrow().get().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** For libraries that want to know whether the ports speak HTTPS; empty if TLS is off. */
  public Optional<HttpsConnectionContext> serverContext() {
    return server.map(files -> ConnectionContext.httpsServer(this::serverEngine));
  }

  /** Makes the engine of a connection to a server whose certificate must be valid for that host. */
  public SSLEngine clientEngine(String host, int port) {
    SSLEngine engine = clientContext().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(PROTOCOLS);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  /**
   * Makes the engine of a connection to another node of this cluster. Nodes are found by address, for which certificates are seldom issued: if
   * {@code tls.node-name} is set, the certificate must be valid for that name instead.
   */
  public SSLEngine nodeEngine(String host, int port) {
    return clientEngine(nodeName.isEmpty() ? host : nodeName, port);
  }

  /** For connections of Akka HTTP's pool to servers outside of the cluster. */
  public HttpsConnectionContext outsideContext() {
    return ConnectionContext.httpsClient(this::clientEngine);
  }

  /** For connections of Akka HTTP's pool to other nodes. */
  public HttpsConnectionContext nodeContext() {
    return ConnectionContext.httpsClient(this::nodeEngine);
  }

  private SSLContext clientContext() {
    if (client.isPresent()) {
      return client.get().get();
    }
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("the platform has no TLS", missing);
    }
  }
}
