package io.orderflow.payment;

/** A call of the payment provider that brought no answer to go by; its message is one sentence for the operator. */
public final class ProviderFailure extends RuntimeException {

  /** What the failure says about the payment. */
  public enum Kind {
    /** Nothing was sent, so nothing has happened: the breaker is open or too many calls are waiting. */
    NOT_CALLED,
    /** It may have happened or not: silence, a broken connection, a server error, an answer that makes no sense. */
    IN_DOUBT,
    /** The provider works and does not accept the request as it is; repeating it would not help. */
    NOT_ACCEPTED
  }

  private final Kind kind;
  private final boolean refused;

  ProviderFailure(Kind kind, String message) {
    this(kind, kind == Kind.NOT_ACCEPTED, message);
  }

  /** @param refused whether the provider answered with a refusal (4xx), which is not likely to change by itself */
  ProviderFailure(Kind kind, boolean refused, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.refused = refused;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether the provider answered with a refusal, whatever it says about its health; a refund that meets it again and again is given up. */
  public boolean refused() {
    return refused;
  }
}
