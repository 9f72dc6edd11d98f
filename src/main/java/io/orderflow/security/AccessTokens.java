package io.orderflow.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Verifies access tokens: signed JWTs by RFC 7519 and RFC 9068, of one issuer, for one audience. */
final class AccessTokens {

  /** Asymmetric algorithms alone: a node can verify, but not sign. */
  private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256, JWSAlgorithm.EdDSA);
  /** A token of another kind, as an ID token, is for its reader and not for an API (RFC 9068, section 4). */
  private static final Set<String> TYPES = Set.of("at+jwt", "application/at+jwt");
  private static final int MAX_LENGTH = 8 * 1024;
  private static final int MAX_SUBJECT_LENGTH = 255;
  private static final int MAX_SKEW_SECONDS = 5;

  private final SecuritySettings settings;
  private final SigningKeys keys;
  private final VerifiedTokens verified;
  private final Clock clock;
  private final DefaultJWTClaimsVerifier<SecurityContext> claims;

  /** @param maxVerified verified tokens that are remembered */
  AccessTokens(SecuritySettings settings, SigningKeys keys, int maxVerified, Clock clock) {
    this.settings = settings;
    this.keys = keys;
    this.verified = new VerifiedTokens(maxVerified);
    this.clock = clock;
    this.claims = new DefaultJWTClaimsVerifier<>(settings.audience(), new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
        Set.of("exp", "sub")) {
      @Override
      protected Date currentTime() {
        return Date.from(clock.instant());
      }
    };
    claims.setMaxClockSkew(MAX_SKEW_SECONDS);
  }

  /**
   * Verifies a token. The future is complete on return unless the token's key is unknown and may be read from the issuer.
   *
   * @return fails with {@link Denied}
   */
  CompletableFuture<Caller> verify(String token) {
    CompletableFuture<Caller> known = known(token);
    if (known != null) {
      return known;
    }
    try {
      SignedJWT parsed = parse(token);
      if (keys.areKnown() && keys.find(parsed).isPresent()) {
        return verify(token, parsed);
      }
      return keys.read().toCompletableFuture().thenCompose(read -> {
        try {
          return verify(token, parsed);
        } catch (Denied denied) {
          return CompletableFuture.failedFuture(denied);
        }
      });
    } catch (Denied denied) {
      return CompletableFuture.failedFuture(denied);
    }
  }

  /** The caller with a token that has been verified before and is still valid; null for any other. */
  CompletableFuture<Caller> known(String token) {
    VerifiedTokens.Verified known = verified.get(token);
    return known != null && known.keys() == keys.version() && clock.millis() < known.endsAt() && keys.areKnown() ? known.caller() : null;
  }

  private static SignedJWT parse(String token) {
    if (token.length() > MAX_LENGTH) {
      throw Denied.invalid("the token is too long");
    }
    try {
      SignedJWT parsed = SignedJWT.parse(token);
      JWSHeader header = parsed.getHeader();
      if (!ALGORITHMS.contains(header.getAlgorithm())) {
        throw Denied.invalid("the token's algorithm must be ES256, RS256 or EdDSA");
      }
      JOSEObjectType type = header.getType();
      if (type == null || !TYPES.contains(type.getType().toLowerCase(java.util.Locale.ROOT))) {
        throw Denied.invalid("the token's type must be at+jwt");
      }
      if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
        throw Denied.invalid("the token has a critical header that is not known");
      }
      return parsed;
    } catch (ParseException | IllegalArgumentException malformed) {
      throw Denied.invalid("the token is not a signed JWT");
    }
  }

  private CompletableFuture<Caller> verify(String token, SignedJWT parsed) {
    Object version = keys.version();
    if (!keys.areKnown()) {
      throw Denied.keysUnavailable();
    }
    Optional<SigningKey> key = keys.find(parsed);
    if (key.isEmpty()) {
      throw Denied.invalid("the token's key is not one of its issuer's");
    }
    try {
      if (!key.get().check().test(parsed)) {
        throw Denied.invalid("the token's signature is wrong");
      }
      JWTClaimsSet set = parsed.getJWTClaimsSet();
      claims.verify(set, null);
      CompletableFuture<Caller> caller = CompletableFuture.completedFuture(caller(set));
      verified.put(token, new VerifiedTokens.Verified(caller, set.getExpirationTime().getTime() + MAX_SKEW_SECONDS * 1000L, version));
      return caller;
    } catch (BadJWTException refused) {
      throw Denied.invalid(refused.getMessage());
    } catch (ParseException malformed) {
      throw Denied.invalid("the token's claims are malformed");
    } catch (JOSEException | GeneralSecurityException failure) {
      throw Denied.invalid("the token's signature is wrong");
    }
  }

  private Caller caller(JWTClaimsSet set) throws ParseException {
    String subject = set.getSubject();
    if (subject == null || subject.isBlank() || subject.length() > MAX_SUBJECT_LENGTH) {
      throw Denied.invalid("the token's subject must have 1 to " + MAX_SUBJECT_LENGTH + " characters");
    }
    String scope = set.getStringClaim("scope");
    return Caller.of(settings.issuer(), subject, scope == null || scope.isBlank() ? Set.of() : Set.of(scope.strip().split(" +")));
  }

  /** Verified tokens that are remembered. */
  int remembered() {
    return verified.size();
  }
}
