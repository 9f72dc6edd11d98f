package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import com.typesafe.config.Config;
import io.orderflow.gateway.RateLimits.Bucket;
import io.orderflow.http.Audit;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.security.Authenticator;
import io.orderflow.security.Caller;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Lets requests in that have a valid token and are within their client's rate limit. A client is the issuer and the subject of its token; without
 * one, its address.
 *
 * <p>A signature that is checked costs more than a request that is counted. So a token that is not known yet takes from the bucket of the address
 * first, and gives that back when it has proved valid: a flood of bad tokens is limited by address, and clients behind one address don't use up
 * each other's requests.
 */
final class Throttle {

  private final ActorSystem<?> system;
  private final Authenticator authenticator;
  private final ClientAddress addresses;
  /** Null for no limit. */
  private final RateLimiter limiter;
  private final RateLimits limits;

  Throttle(ActorSystem<?> system, Config settings, ClientAddress addresses) {
    this.system = system;
    this.authenticator = Authenticator.of(system.classicSystem());
    this.addresses = addresses;
    boolean limited = settings.getLong("requests") != 0;
    this.limits = limited ? new RateLimits(settings) : null;
    this.limiter = limited ? RateLimiter.start(system, settings, limits.rateByAddress()) : null;
  }

  /** Continues if the request may be routed, and rejects it otherwise. The response gets the fields of the client's limit. */
  void admit(Exchange exchange, HttpRequest request, boolean throttled, Runnable then) {
    String authorization = Routes.authorization(request);
    if (limiter == null || !throttled) {
      authenticate(authorization, addressOf(request), (caller, problem) -> proceed(exchange, request, problem, then));
      return;
    }
    Caller known = authenticator.known(authorization);
    if (known != null) {
      admitClient(exchange, known, then);
      return;
    }
    Bucket address = limits.bucket(addressOf(request));
    take(exchange, address, admitted -> authenticate(authorization, address.key(), (caller, problem) -> {
      if (caller == null || caller.isOpen()) {
        address.fields().of(admitted).forEach(exchange::addResponseHeader);
        proceed(exchange, request, problem, then);
      } else {
        limiter.refund(address.key(), admitted);
        admitClient(exchange, caller, then);
      }
    }));
  }

  private void admitClient(Exchange exchange, Caller caller, Runnable then) {
    Bucket bucket = limits.bucket(caller);
    if (bucket.rate() == null) {
      then.run();
      return;
    }
    take(exchange, bucket, admitted -> {
      bucket.fields().of(admitted).forEach(exchange::addResponseHeader);
      then.run();
    });
  }

  private void take(Exchange exchange, Bucket bucket, Consumer<RateLimiter.Admitted> then) {
    Consumer<RateLimiter.Decision> decided = decision -> {
      if (decision instanceof RateLimiter.Admitted admitted) {
        then.accept(admitted);
      } else if (decision instanceof RateLimiter.Refused refused) {
        bucket.fields().of(refused).forEach(exchange::addResponseHeader);
        exchange.addResponseHeader(RawHeader.create("Retry-After", Long.toString(refused.retryAfterSeconds())));
        exchange.reject(Problem.of(429, "TOO_MANY_REQUESTS", "the client's rate limit is exceeded"));
      } else {
        exchange.reject(Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the rate limiter is unavailable"));
      }
    };
    RateLimiter.Decision decision = limiter.ask(bucket.key(), bucket.rate(), decided);
    if (decision != null) {
      decided.accept(decision);
    }
  }

  /** @param then gets the caller, or the problem for which there is none */
  private void authenticate(String authorization, long address, BiConsumer<Caller, Problem> then) {
    CompletableFuture<Caller> caller = authenticator.authenticate(authorization, address);
    if (caller.isDone() && !caller.isCompletedExceptionally()) {
      // Without the callback that a stage would need: nearly every token has been verified before.
      then.accept(caller.join(), null);
      return;
    }
    caller.whenComplete((known, denied) -> then.accept(known, denied == null ? null : Problem.of(denied)));
  }

  private void proceed(Exchange exchange, HttpRequest request, Problem problem, Runnable then) {
    if (problem == null) {
      then.run();
    } else {
      Audit.denied(system, request, exchange.id(), RequestTarget.originForm(request).split("\\?", 2)[0], Forwarding.client(request, addresses),
          problem.status());
      exchange.reject(problem);
    }
  }

  private long addressOf(HttpRequest request) {
    InetAddress peer = Forwarding.peer(request).orElseGet(InetAddress::getLoopbackAddress);
    return ClientAddress.bucketKey(addresses.trusts(peer)
        ? addresses.of(peer, Forwarding.values(request, "x-forwarded-for")) : peer);
  }
}
