package io.orderflow.security;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import com.typesafe.config.Config;
import io.orderflow.kernel.Failures;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out who sends a request, as {@code orderflow.security} configures. One instance per actor system. */
public final class Authenticator implements Extension {

  private static final String SCHEME = "Bearer ";
  private static final CompletableFuture<Caller> ANYBODY = CompletableFuture.completedFuture(Caller.ANONYMOUS);
  /** How often the age of the issuer's keys is looked at. */
  private static final Duration TICK = Duration.ofSeconds(10);
  private static final Duration FILE_TICK = Duration.ofMillis(500);
  private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

  private static final AbstractExtensionId<Authenticator> ID = new AbstractExtensionId<>() {
    @Override
    public Authenticator createExtension(ExtendedActorSystem system) {
      return new Authenticator(system);
    }
  };

  private final AccessTokens tokens;
  private final DeniedAttempts denied;
  private final boolean isAudited;

  private Authenticator(ExtendedActorSystem system) {
    Config config = system.settings().config();
    SecuritySettings settings = SecuritySettings.of(config);
    isAudited = !settings.loopbackOnly();
    denied = new DeniedAttempts(config.getConfig("orderflow.security.denied"), System::nanoTime);
    if (settings.isOpen()) {
      tokens = null;
      LOG.warn("Nobody is asked for a token: whoever reaches this node may do everything (ORDERFLOW_SECURITY_MODE)");
      return;
    }
    Executor blocking = system.dispatchers().lookup("orderflow.security.blocking-dispatcher");
    Duration tick = settings.isUrl() ? TICK : FILE_TICK;
    SigningKeys keys = new SigningKeys(SigningKeys.source(settings), settings, settings.isUrl() ? SigningKeys.MIN_PAUSE : tick, blocking,
        System::nanoTime);
    tokens = new AccessTokens(settings, keys, config.getInt("orderflow.security.max-tokens"), Clock.systemUTC());
    keys.refresh();
    system.scheduler().scheduleWithFixedDelay(tick, tick, keys::refresh, system.dispatcher());
  }

  /** The system's authenticator. The first call of a node with tokens reads its issuer's keys. */
  public static Authenticator of(ActorSystem system) {
    return ID.get(system);
  }

  /**
   * Who sends a request. The future is complete on return, except while an issuer's key is read for the first time.
   *
   * @param authorization the value of {@code Authorization}; null if the request has none
   * @return fails with {@link Denied}
   */
  public CompletableFuture<Caller> authenticate(String authorization) {
    if (tokens == null) {
      return ANYBODY;
    }
    String token = token(authorization);
    return token == null ? CompletableFuture.failedFuture(Denied.noToken()) : tokens.verify(token);
  }

  /**
   * The same for a client of that address. An address from which too many attempts were denied waits, but for tokens that were verified before: those
   * behind the same address who have one go on.
   */
  public CompletableFuture<Caller> authenticate(String authorization, long address) {
    if (tokens == null) {
      return ANYBODY;
    }
    String token = token(authorization);
    CompletableFuture<Caller> known = token == null ? null : tokens.known(token);
    if (known != null) {
      return known;
    }
    Duration wait = denied.waitOf(address);
    if (!wait.isZero()) {
      return CompletableFuture.failedFuture(Denied.tooMany(wait));
    }
    CompletableFuture<Caller> caller = authenticate(authorization);
    caller.whenComplete((verified, failure) -> {
      if (Failures.cause(failure) instanceof Denied refusal && refusal.isAttempt()) {
        denied.count(address);
      }
    });
    return caller;
  }

  /**
   * The caller of a request whose token was verified before, found without a look at its signature; null for any other request, and in open mode.
   *
   * @param authorization as for {@link #authenticate}
   */
  public Caller known(String authorization) {
    String token = tokens == null ? null : token(authorization);
    CompletableFuture<Caller> known = token == null ? null : tokens.known(token);
    return known == null ? null : known.join();
  }

  /** Whether the deeds of callers are recorded: everywhere but on a node that is open because nothing but its machine reaches it. */
  public boolean isAudited() {
    return isAudited;
  }

  /** The value of a bearer token; null if the field has none. */
  private static String token(String authorization) {
    return authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) ? null
        : authorization.substring(SCHEME.length()).strip();
  }

  /** The refusal of a caller who has named too many ids of late that are not theirs; empty for any other. */
  public Optional<Denied> mayTry(Caller caller) {
    Duration wait = denied.waitOf(subject(caller));
    return wait.isZero() ? Optional.empty() : Optional.of(Denied.tooMany(wait));
  }

  /** Counts an id that is not the caller's. */
  public void tried(Caller caller) {
    denied.count(subject(caller));
  }

  private static String subject(Caller caller) {
    return caller.issuer() + " " + caller.subject();
  }
}
