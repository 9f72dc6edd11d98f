package io.orderflow.security;

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
    KEYS_UNAVAILABLE
  }

  private final Reason reason;
  private final String scope;

  private Denied(Reason reason, String detail, String scope) {
    super(detail, null, false, false);
    this.reason = reason;
    this.scope = scope;
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

  /** The caller's token lacks that scope. */
  public static Denied needs(String scope) {
    return new Denied(Reason.INSUFFICIENT_SCOPE, "the token lacks the scope " + scope, scope);
  }

  public Reason reason() {
    return reason;
  }

  /** The missing scope; empty for other reasons. */
  public String scope() {
    return scope;
  }
}
