package io.orderflow.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;

/**
 * The fields that tell a client how its rate limit stands: {@code RateLimit-Policy} and {@code RateLimit} of draft-ietf-httpapi-ratelimit-headers-10,
 * and for one more release the three fields of its early versions.
 */
final class RateLimitFields {

  private static final long MILLION = 1_000_000;

  private final String policy;
  private final HttpHeader policyField;
  private final HttpHeader limitField;

  /** @param policy the name of the limit; letters, digits and other visible ASCII without quotes and backslashes */
  RateLimitFields(String policy, TokenBucket.Rate rate) {
    this.policy = '"' + policy + '"';
    long window = Math.max(1, (rate.periodMicros() + MILLION - 1) / MILLION);
    this.policyField = RawHeader.create("RateLimit-Policy", this.policy + ";q=" + rate.tokens() + ";w=" + window);
    this.limitField = RawHeader.create("RateLimit-Limit", Long.toString(rate.tokens()));
  }

  /** The fields of an answer to a request within the limit. */
  List<HttpHeader> of(RateLimiter.Admitted admitted) {
    return fields(admitted.remaining(), admitted.nextSeconds(), admitted.resetSeconds());
  }

  /** The fields of a 429. */
  List<HttpHeader> of(RateLimiter.Refused refused) {
    return fields(0, refused.retryAfterSeconds(), refused.resetSeconds());
  }

  private List<HttpHeader> fields(long remaining, long nextSeconds, long resetSeconds) {
    return List.of(policyField,
        RawHeader.create("RateLimit", policy + ";r=" + remaining + ";t=" + nextSeconds),
        limitField,
        RawHeader.create("RateLimit-Remaining", Long.toString(remaining)),
        RawHeader.create("RateLimit-Reset", Long.toString(resetSeconds)));
  }
}
