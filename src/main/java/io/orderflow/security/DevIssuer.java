package io.orderflow.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.typesafe.config.Config;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * Makes access tokens for trying authentication on one machine. Its key is a file in the data folder, so whoever reads that folder can be everybody:
 * nodes that other machines reach don't believe this issuer, and it makes no tokens where one is configured to be reached.
 */
public final class DevIssuer {

  /** The issuer's name; nodes accept an issuer on loopback on loopback alone. */
  static final String ISSUER = "http://localhost/dev-issuer";
  private static final Duration LIFETIME = Duration.ofHours(12);

  private final ECKey key;
  private final String audience;
  private final Clock clock;

  private DevIssuer(ECKey key, String audience, Clock clock) {
    this.key = key;
    this.audience = audience;
    this.clock = clock;
  }

  /** Prints a token for the subject and the scopes that the arguments name. Makes the key at the first call. */
  public static void main(String[] args) throws IOException, JOSEException, ParseException {
    if (args.length == 0) {
      System.err.println("Usage: DevIssuer SUBJECT [SCOPE]...   for example: DevIssuer ada   or: DevIssuer operator ops:read ops:write");
      System.exit(2);
    }
    try {
      Config config = Configuration.load();
      DevIssuer issuer = in(config, Clock.systemUTC());
      System.err.println("Start the node with ORDERFLOW_AUTH_ISSUER=" + ISSUER + " ORDERFLOW_AUTH_JWKS=" + jwks(folder(config)));
      System.out.println(issuer.token(args[0], Arrays.asList(args).subList(1, args.length)));
    } catch (StartRefused refused) {
      System.err.println(refused.getMessage());
      System.exit(1);
    }
  }

  /**
   * The issuer with the key in the data folder; makes the key, and the file of its public half, if there is none.
   *
   * @throws StartRefused if the node binds to an address that other machines reach, or believes another issuer
   */
  static DevIssuer in(Config config, Clock clock) throws IOException, JOSEException, ParseException {
    String configured = config.getString("orderflow.security.issuer");
    if (!SecuritySettings.isLoopback(config.getString("orderflow.bind")) || !configured.isEmpty() && !configured.equals(ISSUER)) {
      throw new StartRefused("DevIssuer makes tokens for trying on one machine alone: unset ORDERFLOW_BIND and ORDERFLOW_AUTH_ISSUER,"
          + " or get tokens from your issuer.");
    }
    return new DevIssuer(key(folder(config)), config.getString("orderflow.security.audience"), clock);
  }

  /** An access token of twelve hours. */
  String token(String subject, List<String> scopes) throws JOSEException {
    Date now = Date.from(clock.instant());
    SignedJWT token = new SignedJWT(
        new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("at+jwt")).keyID(key.getKeyID()).build(),
        new JWTClaimsSet.Builder().issuer(ISSUER).audience(audience).subject(subject).issueTime(now).jwtID(UUID.randomUUID().toString())
            .expirationTime(Date.from(clock.instant().plus(LIFETIME))).claim("scope", String.join(" ", scopes)).build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  /** The file of the public key. */
  static Path jwks(Path folder) {
    return folder.resolve("jwks.json");
  }

  static Path folder(Config config) {
    return Path.of(config.getString("orderflow.data-dir")).resolve("dev-issuer");
  }

  private static ECKey key(Path folder) throws IOException, JOSEException, ParseException {
    Path file = folder.resolve("key.json");
    if (Files.exists(file)) {
      return ECKey.parse(Files.readString(file));
    }
    Files.createDirectories(folder);
    ECKey made = new ECKeyGenerator(Curve.P_256).keyUse(KeyUse.SIGNATURE).keyIDFromThumbprint(true).generate();
    Files.writeString(jwks(folder), new JWKSet(made.toPublicJWK()).toString());
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, made.toJSONString(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return made;
  }
}
