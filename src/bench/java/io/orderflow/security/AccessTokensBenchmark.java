package io.orderflow.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a request's token costs: the first time, when its signature is checked, and afterwards. Each request has the token as another string. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessTokensBenchmark {

  private AccessTokens remembering;
  private AccessTokens forgetting;
  private byte[] token;
  private byte[] other;

  @Setup
  public void start() throws JOSEException {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
    SecuritySettings settings = new SecuritySettings(false, false, "https://issuer.example", "orderflow", "", Duration.ofDays(1), Duration.ofDays(1));
    SigningKeys keys = new SigningKeys(() -> new JWKSet(key.toPublicJWK()), settings, Duration.ofDays(1), Runnable::run, System::nanoTime);
    remembering = new AccessTokens(settings, keys, 10_000, Clock.systemUTC());
    // Two generations of one token each: three tokens in turn are never remembered.
    forgetting = new AccessTokens(settings, keys, 2, Clock.systemUTC());
    token = token(key, "ada");
    other = token(key, "bob");
    third = token(key, "eve");
  }

  private byte[] third;
  private int turn;

  private static byte[] token(ECKey key, String subject) throws JOSEException {
    SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("at+jwt")).keyID("first").build(),
        new JWTClaimsSet.Builder().issuer("https://issuer.example").audience("orderflow").subject(subject).claim("scope", "orders:read orders:write")
            .claim("client_id", "shop").jwtID("6e2f3c2f-56ac-4be2-b9dc-51e0e7d4b9b1").issueTime(new Date())
            .expirationTime(Date.from(Instant.now().plus(Duration.ofDays(1)))).build());
    token.sign(new ECDSASigner(key));
    return token.serialize().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  @Benchmark
  public CompletableFuture<Caller> verifiedBefore() {
    return remembering.verify(new String(token, java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Benchmark
  public CompletableFuture<Caller> firstTime() {
    turn = (turn + 1) % 3;
    byte[] next = turn == 0 ? token : turn == 1 ? other : third;
    return forgetting.verify(new String(next, java.nio.charset.StandardCharsets.US_ASCII));
  }
}
