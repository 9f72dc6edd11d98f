package io.orderflow.security;

import java.time.Duration;

/** A request was denied. It has no stack trace: a client's error needs none. */
public final class Denied extends RuntimeException {

  /** Why. */
  public enum Reason {
    /** The request has no token. */
    NO_TOKEN,
    /** The token is malformed, expired, of another issuer, or not signed by the issuer. */
    INVALID_TOKEN,
    /** The token lacks a scope. */
    INSUFFICIENT_SCOPE,
    /** The issuer's keys have never been read, or are too old. */
    KEYS_UNAVAILABLE,
    /** The client has been denied too often of late. */
    TOO_MANY_ATTEMPTS
  }

  private final Reason reason;
  private final String scope;
  private final Duration retryAfter;

  private Denied(Reason reason, String detail, String scope) {
    this(reason, detail, scope, Duration.ZERO);
  }

  private Denied(Reason reason, String detail, String scope, Duration retryAfter) {
    super(detail, null, false, false);
    this.reason = reason;
    this.scope = scope;
    this.retryAfter = retryAfter;
  }

  static Denied noToken() {
    return new Denied(Reason.NO_TOKEN, "an access token is needed: Authorization: Bearer", "");
  }

  static Denied invalid(String detail) {
    return new Denied(Reason.INVALID_TOKEN, detail, "");
  }

  static Denied keysUnavailable() {
    return new Denied(Reason.KEYS_UNAVAILABLE, "the token can't be verified now: its issuer's keys are not available", "");
  }

  static Denied tooMany(Duration wait) {
    return new Denied(Reason.TOO_MANY_ATTEMPTS, "too many attempts were denied; wait before the next", "", wait.plusMillis(999));
  }

  /** The caller's token lacks that scope. */
  public static Denied needs(String scope) {
    return new Denied(Reason.INSUFFICIENT_SCOPE, "the token lacks the scope " + scope, scope);
  }

  public Reason reason() {
    return reason;
  }

  /** After how many whole seconds the client may try again; zero for other reasons. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Whether somebody who tries out tokens is answered so. */
  boolean isAttempt() {
    return reason == Reason.NO_TOKEN || reason == Reason.INVALID_TOKEN;
  }

  /** The missing scope; empty for other reasons. */
  public String scope() {
    return scope;
  }
}
