package io.orderflow.http;

/** Who may use a route. Every route states it; what a caller may see behind it is the route's own check. */
public final class Access {

  /** Everybody, without a token. */
  public static final Access ANYBODY = new Access(false, null);
  /** Everybody with a token. The route shows customers what is theirs alone. */
  public static final Access CALLERS = new Access(true, null);

  private final boolean needsToken;
  private final String scope;

  private Access(boolean needsToken, String scope) {
    this.needsToken = needsToken;
    this.scope = scope;
  }

  /** Callers whose token has the scope. */
  public static Access scope(String scope) {
    return new Access(true, scope);
  }

  boolean needsToken() {
    return needsToken;
  }

  /** The scope that the token must have; null for none. */
  String scope() {
    return scope;
  }
}
