package io.orderflow.http.tls;

import akka.actor.ActorSystem;
import akka.actor.Cancellable;
import akka.dispatch.Dispatchers;
import akka.remote.artery.tcp.SSLEngineProvider;
import com.typesafe.config.Config;
import io.orderflow.kernel.WatchedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * The TLS of connections between nodes. Both sides prove themselves with a certificate of the nodes' authorities, which has a subject name in common
 * with this node's own; hosts are not verified, because addresses of nodes change. The files are followed: connections that are open keep the
 * certificate that they began with.
 *
 * <p>Akka's own provider looks at its files once a minute, fails new connections while a certificate and its key don't belong together, and reads one
 * authority alone, so that the authority could not be exchanged while nodes run.
 */
public final class NodeTls implements SSLEngineProvider {

  // With TLS 1.3 a node that left a cluster of three did not terminate.
  private static final String[] PROTOCOLS = {"TLSv1.2"};
  private static final String[] CIPHERS = {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  private static final int DNS_NAME = 2;

  /**
   * The contents of the files.
   *
   * @param names the subject names of this node's certificate
   */
  private record Identity(SSLContext context, Set<String> names) {}

  private final WatchedFiles<Identity> files;

  /** Called by Akka, whose setting names this class. */
  public NodeTls(ActorSystem system) {
    this.files = files(system.settings().config().getConfig("orderflow.remoting.tls"));
    Cancellable following = system.scheduler().scheduleWithFixedDelay(WatchedFiles.INTERVAL, WatchedFiles.INTERVAL, files::refresh,
        system.dispatchers().lookup(Dispatchers.DefaultBlockingDispatcherId()));
    system.registerOnTermination((Runnable) following::cancel);
  }

  /**
   * Reads the files.
   *
   * @param tls {@code orderflow.remoting.tls}
   * @throws io.orderflow.kernel.StartRefused if one can't be used
   */
  public static void check(Config tls) {
    files(tls);
  }

  private static WatchedFiles<Identity> files(Config tls) {
    return new WatchedFiles<>("ORDERFLOW_REMOTING_CERTIFICATE with ORDERFLOW_REMOTING_KEY and ORDERFLOW_REMOTING_CA",
        List.of(Path.of(tls.getString("certificate")), Path.of(tls.getString("key")), Path.of(tls.getString("ca"))),
        contents -> identity(contents.get(0), contents.get(1), contents.get(2)));
  }

  private static Identity identity(String certificate, String key, String authorities) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(Pem.keys(certificate, key), Pem.trustAlone(authorities), null);
    return new Identity(context, names(Pem.certificates(certificate).get(0)));
  }

  @Override
  public SSLEngine createServerSSLEngine(String host, int port) {
    SSLEngine engine = engine(host, port, false);
    engine.setNeedClientAuth(true);
    return engine;
  }

  @Override
  public SSLEngine createClientSSLEngine(String host, int port) {
    return engine(host, port, true);
  }

  private SSLEngine engine(String host, int port, boolean client) {
    SSLEngine engine = files.get().context().createSSLEngine(host, port);
    engine.setUseClientMode(client);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setEnabledCipherSuites(CIPHERS);
    return engine;
  }

  @Override
  public Option<Throwable> verifyClientSession(String host, SSLSession session) {
    return refusal(session);
  }

  @Override
  public Option<Throwable> verifyServerSession(String host, SSLSession session) {
    return refusal(session);
  }

  /** Why the peer is no node of this cluster; empty if it is one. */
  private Option<Throwable> refusal(SSLSession session) {
    try {
      boolean node = session.getPeerCertificates()[0] instanceof X509Certificate peer && !Collections.disjoint(names(peer), files.get().names());
      return node ? Option.empty() : Option.apply(new CertificateException("the peer's certificate has no subject name of this node's"));
    } catch (SSLPeerUnverifiedException | CertificateException unusable) {
      return Option.apply(unusable);
    }
  }

  /** The common name and the DNS names of a certificate. */
  private static Set<String> names(X509Certificate certificate) throws CertificateException {
    Set<String> names = new HashSet<>();
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(part.getValue().toString());
        }
      }
    } catch (InvalidNameException malformed) {
      throw new CertificateException("the certificate's subject is malformed", malformed);
    }
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      alternatives.stream().filter(name -> name.get(0).equals(DNS_NAME)).forEach(name -> names.add((String) name.get(1)));
    }
    return names;
  }
}
