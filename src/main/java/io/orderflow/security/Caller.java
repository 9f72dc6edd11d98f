package io.orderflow.security;

import io.orderflow.kernel.Ids;
import java.util.Optional;
import java.util.Set;

/**
 * Who sends a request.
 *
 * @param issuer of the access token; empty in open mode
 * @param subject the token's {@code sub}; a customer's is its user id
 * @param scopes that the token grants
 * @param isOpen whether the node asks nobody for a token; then everybody may do everything
 */
public record Caller(String issuer, String subject, Set<String> scopes, boolean isOpen) {

  /** Everybody, on a node that asks nobody for a token. */
  public static final Caller ANONYMOUS = new Caller("", "anonymous", Set.of(), true);

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /** A caller with a verified token. */
  public static Caller of(String issuer, String subject, Set<String> scopes) {
    return new Caller(issuer, subject, scopes, false);
  }

  /** The name under which the caller's deeds are recorded; null in open mode, where nobody is asked for one. */
  public String actor() {
    return isOpen ? null : subject;
  }

  /** Whether the caller may do all that the scope stands for. */
  public boolean has(String scope) {
    return isOpen || scopes.contains(scope);
  }

  /**
   * The namespace of the keys and ids that the caller chooses, so that nobody meets those of others; empty in open mode, where all callers share one.
   */
  public Optional<String> namespace() {
    return isOpen ? Optional.empty() : Optional.of(Ids.named("caller", issuer, subject));
  }

  /**
   * Whether the caller may handle something of that owner: it is their own, or the scope covers everybody's.
   *
   * @param owner a user's id; null for something without an owner
   */
  public boolean mayActFor(String owner, String scope) {
    return has(scope) || subject.equals(owner);
  }
}
