package io.orderflow.http;

import io.orderflow.kernel.Rejection;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Whose something is, for routes that show customers what is theirs alone.
 *
 * @param scope that covers everybody's
 * @param ownerOf the user's id by the id of what they own, null for something without an owner; fails with a rejection if it does not exist. Called
 *     only for callers without the scope
 * @param others the rejection for something of others: the one for something that does not exist, so that nobody learns that it does
 */
public record Ownership(String scope, Function<String, CompletionStage<String>> ownerOf, Rejection others) {

  /** The same under another scope. */
  public Ownership under(String other) {
    return new Ownership(other, ownerOf, others);
  }
}
