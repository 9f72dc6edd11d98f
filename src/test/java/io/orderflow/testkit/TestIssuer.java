package io.orderflow.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of access tokens with a JWKS server on a free port, which can go down, hang and exchange its keys. */
public final class TestIssuer implements AutoCloseable {

  public static final String NAME = "http://localhost/test-issuer";
  public static final String AUDIENCE = "orderflow";

  private final AtomicInteger reads = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile List<JWK> published;
  private volatile boolean isDown;
  private volatile ECKey key;

  public TestIssuer() {
    this.key = newKey("first");
    this.published = List.of(key.toPublicJWK());
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(threads);
    server.createContext("/jwks", exchange -> {
      reads.incrementAndGet();
      byte[] body = (isDown ? "down" : new JWKSet(published).toString()).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(isDown ? 503 : 200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }

  /** Where its keys are. */
  public String jwks() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
  }

  /** The settings of a node that believes it. */
  public Config settings() {
    return ConfigFactory.parseMap(Map.of("orderflow.security.mode", "jwt", "orderflow.security.issuer", NAME, "orderflow.security.audience", AUDIENCE,
        "orderflow.security.jwks", jwks()));
  }

  /** How often its keys were read. */
  public int reads() {
    return reads.get();
  }

  /** From now on its keys can't be read, or can again. */
  public void down(boolean down) {
    isDown = down;
  }

  /** Publishes the keys instead of those before. */
  public void publish(JWK... keys) {
    published = List.of(keys);
  }

  /** Signs with a new key, which it publishes instead of the one before. */
  public void rotate(String id) {
    key = newKey(id);
    publish(key.toPublicJWK());
  }

  public ECKey key() {
    return key;
  }

  public static ECKey newKey(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The value of Authorization of somebody with those scopes. */
  public String bearer(String subject, String... scopes) {
    return "Bearer " + token(subject, scopes);
  }

  /** A token of ten minutes. */
  public String token(String subject, String... scopes) {
    return signed(header().build(), claims(subject, Instant.now().plusSeconds(600)).claim("scope", String.join(" ", scopes)).build());
  }

  /** A token that has been expired for a minute. */
  public String expired(String subject) {
    return signed(header().build(), claims(subject, Instant.now().minusSeconds(60)).build());
  }

  public JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("at+jwt")).keyID(key.getKeyID());
  }

  public JWTClaimsSet.Builder claims(String subject, Instant end) {
    return new JWTClaimsSet.Builder().issuer(NAME).audience(AUDIENCE).subject(subject).expirationTime(Date.from(end));
  }

  /** Signs with its present key. */
  public String signed(JWSHeader header, JWTClaimsSet claims) {
    try {
      return signed(header, claims, new ECDSASigner(key));
    } catch (JOSEException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) {
    try {
      SignedJWT token = new SignedJWT(header, claims);
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
