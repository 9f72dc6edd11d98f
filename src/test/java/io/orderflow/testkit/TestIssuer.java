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
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * An issuer of access tokens with a JWKS server on a free port, which can go down, hang and exchange its keys. People sign in there by an authorization
 * code with PKCE: its page lets everybody in who clicks.
 */
public final class TestIssuer implements AutoCloseable {

  public static final String NAME = "http://localhost/test-issuer";
  public static final String AUDIENCE = "orderflow";
  /** The id of the console, which may sign people in. */
  public static final String CONSOLE = "orderflow-console";

  /** The request that a code was given for. */
  private record Grant(String redirectUri, String challenge, String scope) {}

  private final Map<String, Grant> grants = new ConcurrentHashMap<>();
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
    server.createContext("/authorize", this::authorize);
    server.createContext("/token", this::exchange);
    server.start();
  }

  /** A page with links that lead back: signed in, refused, and as another issuer would. */
  private void authorize(HttpExchange exchange) throws IOException {
    Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
    if (!CONSOLE.equals(asked.get("client_id")) || !"code".equals(asked.get("response_type")) || !"S256".equals(asked.get("code_challenge_method"))
        || asked.getOrDefault("code_challenge", "").length() != 43 || asked.getOrDefault("state", "").length() < 32) {
      answer(exchange, 400, "text/plain", "not a request with PKCE");
      return;
    }
    String code = UUID.randomUUID().toString();
    grants.put(code, new Grant(asked.get("redirect_uri"), asked.get("code_challenge"), asked.get("scope")));
    String back = asked.get("redirect_uri") + "?state=" + asked.get("state");
    answer(exchange, 200, "text/html", "<!doctype html><title>Issuer</title>"
        + "<a href='" + back + "&code=" + code + "&iss=" + encoded(NAME) + "'>Let me in</a> "
        + "<a href='" + back + "&code=" + code + "&iss=" + encoded("https://evil.example") + "'>Mix up</a> "
        + "<a href='" + back + "&error=access_denied&iss=" + encoded(NAME) + "'>Refuse</a>");
  }

  /** Gives a token for a code, once, to whoever knows the secret behind its challenge. */
  private void exchange(HttpExchange exchange) throws IOException {
    Map<String, String> asked = parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    Grant grant = grants.remove(asked.getOrDefault("code", ""));
    exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
    boolean granted = grant != null && "authorization_code".equals(asked.get("grant_type")) && CONSOLE.equals(asked.get("client_id"))
        && grant.redirectUri().equals(asked.get("redirect_uri")) && grant.challenge().equals(challenge(asked.getOrDefault("code_verifier", "")));
    answer(exchange, granted ? 200 : 400, "application/json", granted
        ? "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"" + token("operator", grant.scope().split(" ")) + "\"}"
        : "{\"error\":\"invalid_grant\"}");
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Map<String, String> parameters(String text) {
    return Arrays.stream((text == null ? "" : text).split("&")).map(pair -> pair.split("=", 2)).filter(pair -> pair.length == 2)
        .collect(Collectors.toMap(pair -> URLDecoder.decode(pair[0], StandardCharsets.UTF_8), pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** The address at which people sign in. */
  public String authorizationEndpoint() {
    return address() + "/authorize";
  }

  /** The address at which a code is exchanged for a token. */
  public String tokenEndpoint() {
    return address() + "/token";
  }

  private String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Where its keys are. */
  public String jwks() {
    return address() + "/jwks";
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
