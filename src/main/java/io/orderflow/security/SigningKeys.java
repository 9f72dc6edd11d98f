package io.orderflow.security;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys. They are read ahead of time, at once for an unknown key id, and never more often than after a pause, whatever tokens clients send. While they can't be read, the last ones are used.
 *
 * <p>Nimbus's own sources block the verifying thread while they read, and let tokens of unknown keys wait in front of others; here only the requests
 * with an unknown key wait, and no thread does.
 */
final class SigningKeys {

  /** Keys that are kept of one answer. */
  static final int MAX_KEYS = 100;
  /** The shortest time between two reads of a URL. */
  static final Duration MIN_PAUSE = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 256 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

  /** Reads the keys. Blocks. */
  @FunctionalInterface
  interface Source {
    JWKSet read() throws IOException, ParseException;
  }

  /** The keys as last read. */
  private record Known(List<SigningKey> keys, JWKSet asRead, long at) {}

  private final Source source;
  private final Duration refresh;
  private final Duration outage;
  private final Duration minPause;
  private final Executor blocking;
  private final LongSupplier nanos;
  private volatile Known known;
  private CompletableFuture<Void> reading;
  private long lastRead;
  private boolean failing;

  /**
   * @param blocking runs the reads, which block
   * @param nanos the time as {@link System#nanoTime}
   */
  SigningKeys(Source source, SecuritySettings settings, Duration minPause, Executor blocking, LongSupplier nanos) {
    this.source = source;
    this.refresh = settings.refresh();
    this.outage = settings.outage();
    this.minPause = minPause;
    this.blocking = blocking;
    this.nanos = nanos;
  }

  /** The source that the setting {@code jwks} names. Redirects to another protocol are not followed. */
  static Source source(SecuritySettings settings) {
    if (!settings.isUrl()) {
      return () -> JWKSet.parse(Files.readString(Path.of(settings.jwks())));
    }
    int limit = (int) LIMIT.toMillis() / 2;
    DefaultResourceRetriever retriever = new DefaultResourceRetriever(limit, limit, MAX_BYTES);
    return () -> JWKSet.parse(retriever.retrieveResource(URI.create(settings.jwks()).toURL()).getContent());
  }

  /** Whether there are keys that are not too old. */
  boolean areKnown() {
    Known now = known;
    return now != null && nanos.getAsLong() - now.at <= outage.toNanos();
  }

  /** The identity of the present keys: another object once they have changed. */
  Object version() {
    return known == null ? this : known.keys;
  }

  /** The key that the token names, among those that are known; the only one of its algorithm if it names none. */
  Optional<SigningKey> find(SignedJWT token) {
    Known now = known;
    if (now == null) {
      return Optional.empty();
    }
    String id = token.getHeader().getKeyID();
    List<SigningKey> fitting = now.keys.stream().filter(key -> key.algorithm().equals(token.getHeader().getAlgorithm()))
        .filter(key -> id == null || id.equals(key.id())).toList();
    return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
  }

  /** Reads the keys if they are due. */
  void refresh() {
    Known now = known;
    if (now == null || nanos.getAsLong() - now.at >= refresh.toNanos()) {
      read();
    }
  }

  /**
   * Reads the keys, unless they were read, or failed to be, shortly before. Concurrent calls share one read.
   *
   * @return completes when the keys are read or the read has failed; never fails
   */
  synchronized CompletionStage<Void> read() {
    long now = nanos.getAsLong();
    if (reading != null) {
      return reading;
    }
    if (lastRead != 0 && now - lastRead < minPause.toNanos()) {
      return CompletableFuture.completedFuture(null);
    }
    lastRead = now == 0 ? 1 : now;
    // A source may send a byte now and then for ever, so the whole read has a limit.
    CompletableFuture<Void> started = CompletableFuture.supplyAsync(this::readNow, blocking).orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .handle(this::ended);
    reading = started.isDone() ? null : started;
    return started;
  }

  private JWKSet readNow() {
    try {
      return source.read();
    } catch (IOException | ParseException failure) {
      throw new IllegalStateException(failure.toString(), failure);
    }
  }

  private synchronized Void ended(JWKSet set, Throwable failure) {
    reading = null;
    List<SigningKey> keys = set == null ? List.of()
        : set.getKeys().stream().limit(MAX_KEYS).flatMap(key -> SigningKey.of(key).stream()).toList();
    if (keys.isEmpty()) {
      if (!failing) {
        LOG.warn("The keys of the access tokens' issuer can't be read ({}); {}", failure == null ? "none is usable" : failure.getMessage(),
            known == null ? "requests are answered with 503 until they can" : "the last ones are used for at most " + outage);
      }
      failing = true;
      return null;
    }
    if (failing) {
      LOG.info("The keys of the access tokens' issuer can be read again");
    }
    failing = false;
    Known before = known;
    boolean same = before != null && before.asRead.equals(set);
    known = new Known(same ? before.keys : keys, set, nanos.getAsLong());
    return null;
  }
}
