package io.orderflow.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.orderflow.testkit.SetClock;
import io.orderflow.testkit.TestIssuer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are believed, and how often their issuer is asked for its keys. */
class AccessTokensSpec {

  private static final int MAX_REMEMBERED = 10;
  private static final Duration PAUSE = Duration.ofSeconds(30);
  private static final Duration OUTAGE = Duration.ofHours(1);

  private final TestIssuer issuer = new TestIssuer();
  private final AtomicLong nanos = new AtomicLong(1);
  private final SecuritySettings settings = new SecuritySettings(false, false, TestIssuer.NAME, TestIssuer.AUDIENCE, issuer.jwks(),
      Duration.ofMinutes(5), OUTAGE);
  private final SigningKeys keys = new SigningKeys(SigningKeys.source(settings), settings, PAUSE, Runnable::run, nanos::get);
  private final AccessTokens tokens = new AccessTokens(settings, keys, MAX_REMEMBERED, Clock.systemUTC());

  @AfterEach
  void stop() {
    issuer.close();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private Caller verify(String token) {
    return tokens.verify(token).join();
  }

  private Denied.Reason denied(String token) {
    try {
      throw new AssertionError("believed: " + verify(token));
    } catch (CompletionException failure) {
      return ((Denied) failure.getCause()).reason();
    }
  }

  private void refuses(String token) {
    assertThat(denied(token)).isEqualTo(Denied.Reason.INVALID_TOKEN);
  }

  private JWTClaimsSet.Builder claims() {
    return issuer.claims("ada", Instant.now().plusSeconds(60));
  }

  @Test
  void a_token_of_the_issuer_names_its_caller_and_scopes() {
    assertThat(verify(issuer.token("ada", "orders:read", "ops:read")))
        .isEqualTo(Caller.of(TestIssuer.NAME, "ada", Set.of("orders:read", "ops:read")));
    assertThat(verify(issuer.signed(issuer.header().build(), claims().build())).scopes()).isEmpty();
  }

  @Test
  void a_token_without_signature_is_refused() {
    refuses(new PlainJWT(claims().build()).serialize());
    String[] parts = issuer.token("ada").split("\\.");
    refuses(parts[0] + "." + parts[1] + ".");
    refuses(parts[0] + "." + parts[1]);
    refuses("");
    refuses("...");
    refuses("x".repeat(9000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "null"})
  void a_token_that_says_it_needs_no_signature_is_refused_with_and_without_one(String algorithm) {
    String[] parts = issuer.token("ada").split("\\.");
    String header = Base64URL.encode("{\"alg\":\"" + algorithm + "\",\"typ\":\"at+jwt\",\"kid\":\"first\"}").toString();
    refuses(header + "." + parts[1] + "." + parts[2]);
    refuses(header + "." + parts[1] + ".");
  }

  @Test
  void a_token_whose_hmac_is_keyed_with_the_public_key_is_refused() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    issuer.publish(rsa.toPublicJWK());
    byte[] der = rsa.toRSAPublicKey().getEncoded();
    String pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
    for (byte[] secret : List.of(der, rsa.toPublicJWK().toJSONString().getBytes(), pem.getBytes(), rsa.getModulus().decode())) {
      refuses(TestIssuer.signed(new JWSHeader.Builder(JWSAlgorithm.HS256).type(new JOSEObjectType("at+jwt")).keyID("rsa").build(), claims().build(),
          new MACSigner(secret)));
    }
  }

  @Test
  void a_symmetric_key_among_the_issuers_verifies_nothing() throws Exception {
    OctetSequenceKey symmetric = new OctetSequenceKeyGenerator(256).keyID("shared").generate();
    issuer.publish(symmetric, issuer.key().toPublicJWK());
    refuses(TestIssuer.signed(header(JWSAlgorithm.HS256, "shared"), claims().build(), new MACSigner(symmetric)));
    assertThat(verify(issuer.token("ada")).subject()).isEqualTo("ada");
  }

  @Test
  void a_token_of_another_issuer_or_audience_is_refused() {
    refuses(issuer.signed(issuer.header().build(), claims().issuer("http://localhost/another").build()));
    refuses(issuer.signed(issuer.header().build(), claims().issuer(null).build()));
    refuses(issuer.signed(issuer.header().build(), claims().audience("another").build()));
    refuses(issuer.signed(issuer.header().build(), claims().audience((String) null).build()));
    assertThat(verify(issuer.signed(issuer.header().build(), claims().audience(List.of("another", TestIssuer.AUDIENCE)).build())).subject())
        .isEqualTo("ada");
  }

  @Test
  void a_token_of_another_type_is_refused() {
    refuses(issuer.signed(issuer.header().type(JOSEObjectType.JWT).build(), claims().build()));
    refuses(issuer.signed(issuer.header().type(null).build(), claims().build()));
    assertThat(verify(issuer.signed(issuer.header().type(new JOSEObjectType("application/AT+JWT")).build(), claims().build())).subject())
        .isEqualTo("ada");
  }

  @Test
  void a_token_with_an_unknown_critical_header_is_refused() {
    refuses(issuer.signed(issuer.header().criticalParams(Set.of("other")).customParam("other", true).build(), claims().build()));
  }

  @Test
  void a_token_that_is_expired_not_valid_yet_or_endless_is_refused() {
    refuses(issuer.expired("ada"));
    refuses(issuer.signed(issuer.header().build(), claims().expirationTime(null).build()));
    refuses(issuer.signed(issuer.header().build(), claims().notBeforeTime(java.util.Date.from(Instant.now().plusSeconds(60))).build()));
  }

  @Test
  void a_token_without_a_subject_is_refused() {
    refuses(issuer.signed(issuer.header().build(), claims().subject(null).build()));
    refuses(issuer.signed(issuer.header().build(), claims().subject(" ").build()));
    refuses(issuer.signed(issuer.header().build(), claims().subject("x".repeat(256)).build()));
  }

  @Test
  void a_token_that_was_signed_with_another_key_is_refused_whatever_key_it_names() throws Exception {
    ECKey stranger = TestIssuer.newKey("stranger");
    refuses(TestIssuer.signed(issuer.header().build(), claims().build(), new ECDSASigner(stranger)));
    refuses(TestIssuer.signed(issuer.header().keyID("stranger").build(), claims().build(), new ECDSASigner(stranger)));
    refuses(TestIssuer.signed(issuer.header().jwk(stranger.toPublicJWK()).build(), claims().build(), new ECDSASigner(stranger)));
    SignedJWT ours = SignedJWT.parse(issuer.token("ada"));
    SignedJWT theirs = SignedJWT.parse(issuer.token("bob"));
    refuses(ours.getParsedParts()[0] + "." + theirs.getParsedParts()[1] + "." + ours.getParsedParts()[2]);
  }

  @Test
  void rsa_and_edwards_keys_are_believed_for_their_algorithm_alone() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    issuer.publish(rsa.toPublicJWK(), edwardsJwk((EdECPublicKey) edwards.getPublic()));
    assertThat(verify(TestIssuer.signed(header(JWSAlgorithm.RS256, "rsa"), claims().build(), new RSASSASigner(rsa))).subject()).isEqualTo("ada");
    refuses(TestIssuer.signed(header(JWSAlgorithm.PS256, "rsa"), claims().build(), new RSASSASigner(rsa)));
    String token = edwardsToken(edwards, claims().build());
    assertThat(verify(token).subject()).isEqualTo("ada");
    String signature = token.substring(token.lastIndexOf('.') + 1);
    refuses(token.replace(signature, new StringBuilder(signature).reverse()));
    refuses(edwardsToken(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), claims().build()));
  }

  @Test
  void edwards_keys_of_either_sign_are_read() throws Exception {
    for (int i = 0; i < 16; i++) {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      assertThat(SigningKey.of(edwardsJwk((EdECPublicKey) pair.getPublic())).orElseThrow().check()
          .test(SignedJWT.parse(edwardsToken(pair, claims().build())))).isTrue();
    }
  }

  @Test
  void keys_for_encryption_and_short_keys_verify_nothing() throws Exception {
    ECKey encrypting = new ECKey.Builder(issuer.key().toPublicJWK()).keyUse(KeyUse.ENCRYPTION).build();
    assertThat(SigningKey.of(encrypting)).isEmpty();
    assertThat(SigningKey.of(new RSAKeyGenerator(1024, true).generate().toPublicJWK())).isEmpty();
    assertThat(SigningKey.of(new ECKey.Builder(issuer.key().toPublicJWK()).algorithm(JWSAlgorithm.ES384).build())).isEmpty();
  }

  @Test
  void a_new_key_is_read_when_a_token_names_it_and_tokens_of_the_old_one_are_refused_then() {
    String old = issuer.token("ada");
    verify(old);
    issuer.rotate("second");
    pass(PAUSE);
    assertThat(verify(issuer.token("ada")).subject()).isEqualTo("ada");
    assertThat(issuer.reads()).isEqualTo(2);
    refuses(old);
  }

  @Test
  void a_flood_of_unknown_key_ids_reads_the_keys_once_in_a_while() {
    verify(issuer.token("ada"));
    pass(PAUSE);
    for (int i = 0; i < 200; i++) {
      refuses(issuer.signed(issuer.header().keyID("unknown" + i).build(), claims().build()));
    }
    assertThat(issuer.reads()).isEqualTo(2);
    assertThat(verify(issuer.token("bob")).subject()).isEqualTo("bob");
  }

  @Test
  void keys_are_read_ahead_of_time() {
    keys.refresh();
    keys.refresh();
    assertThat(issuer.reads()).isEqualTo(1);
    pass(settings.refresh());
    keys.refresh();
    assertThat(issuer.reads()).isEqualTo(2);
  }

  @Test
  void the_last_keys_outlast_an_outage_of_the_issuer_but_not_for_ever() {
    String token = issuer.token("ada");
    verify(token);
    issuer.down(true);
    pass(OUTAGE);
    keys.refresh();
    assertThat(verify(token).subject()).isEqualTo("ada");
    assertThat(verify(issuer.token("bob")).subject()).isEqualTo("bob");
    pass(PAUSE);
    assertThat(denied(token)).isEqualTo(Denied.Reason.KEYS_UNAVAILABLE);
    issuer.down(false);
    pass(PAUSE);
    assertThat(verify(token).subject()).isEqualTo("ada");
  }

  @Test
  void before_the_first_keys_are_read_tokens_can_not_be_verified() {
    issuer.down(true);
    assertThat(denied(issuer.token("ada"))).isEqualTo(Denied.Reason.KEYS_UNAVAILABLE);
    assertThat(denied(issuer.token("ada"))).isEqualTo(Denied.Reason.KEYS_UNAVAILABLE);
    assertThat(issuer.reads()).isEqualTo(1);
  }

  @Test
  void an_answer_without_usable_keys_does_not_replace_the_last_ones() throws Exception {
    verify(issuer.token("ada"));
    String token = issuer.token("bob");
    issuer.publish(new RSAKeyGenerator(1024, true).generate().toPublicJWK());
    pass(settings.refresh());
    keys.refresh();
    assertThat(issuer.reads()).isEqualTo(2);
    assertThat(verify(token).subject()).isEqualTo("bob");
  }

  @Test
  void concurrent_tokens_of_unknown_keys_share_one_read() {
    List<Runnable> waiting = new ArrayList<>();
    SigningKeys slow = new SigningKeys(SigningKeys.source(settings), settings, PAUSE, waiting::add, nanos::get);
    AccessTokens them = new AccessTokens(settings, slow, MAX_REMEMBERED, Clock.systemUTC());
    var first = them.verify(issuer.token("ada"));
    var second = them.verify(issuer.token("bob"));
    assertThat(first).isNotDone();
    assertThat(waiting).hasSize(1);
    waiting.get(0).run();
    assertThat(first.join().subject()).isEqualTo("ada");
    assertThat(second.join().subject()).isEqualTo("bob");
  }

  @Test
  void remembered_tokens_are_bounded_and_end_with_their_time() {
    for (int i = 0; i < 5 * MAX_REMEMBERED; i++) {
      verify(issuer.token("customer" + i));
    }
    assertThat(tokens.remembered()).isLessThanOrEqualTo(MAX_REMEMBERED);
    SetClock clock = new SetClock(Instant.now());
    AccessTokens aging = new AccessTokens(settings, keys, MAX_REMEMBERED, clock);
    String token = issuer.token("ada");
    assertThat(aging.verify(token).join().subject()).isEqualTo("ada");
    clock.set(clock.instant().plusSeconds(700));
    assertThat(aging.verify(token)).isCompletedExceptionally();
  }

  private static JWSHeader header(JWSAlgorithm algorithm, String key) {
    return new JWSHeader.Builder(algorithm).type(new JOSEObjectType("at+jwt")).keyID(key).build();
  }

  private static JWK edwardsJwk(EdECPublicKey key) {
    byte[] encoded = key.getEncoded();
    byte[] x = java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).keyID("edwards").build();
  }

  private static String edwardsToken(KeyPair pair, JWTClaimsSet claims) throws Exception {
    String input = header(JWSAlgorithm.EdDSA, "edwards").toBase64URL() + "." + claims.toPayload().toBase64URL();
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(input.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return input + "." + Base64URL.encode(signature.sign());
  }
}
