package io.orderflow.payment;

/** The failure of a call of the payment provider. The message is one sentence for operators. */
public final class ProviderFailure extends RuntimeException {

  /** The effect of the failed call. */
  public enum Kind {
    /** None: nothing was sent, because the breaker is open or too many calls wait for a connection. */
    NOT_CALLED,
    /** In doubt: a time-out, a broken connection, a server error or an unexpected response. */
    IN_DOUBT,
    /** None: the provider works and does not accept this request. A retry would not help. */
    NOT_ACCEPTED
  }

  private final Kind kind;
  private final boolean rejected;

  ProviderFailure(Kind kind, String message) {
    this(kind, kind == Kind.NOT_ACCEPTED, message);
  }

  /** @param rejected whether the provider answered with a rejection (4xx), which seldom changes by itself */
  ProviderFailure(Kind kind, boolean rejected, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.rejected = rejected;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether the provider answered with a rejection (4xx) of any kind. A refund that is rejected repeatedly is given up. */
  public boolean rejected() {
    return rejected;
  }
}
