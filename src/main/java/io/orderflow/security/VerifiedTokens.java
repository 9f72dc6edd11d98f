package io.orderflow.security;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens that were verified, so that a signature is checked once and not with each request. Bounded: there are two generations, and when the young
 * one is full it becomes the old one, whose tokens are verified again unless they are used in time. Reads take no lock.
 */
final class VerifiedTokens {

  /**
   * A verified token.
   *
   * @param caller completed
   * @param endsAt when the token expires, in milliseconds since 1970
   * @param keys the version of the keys that it was verified with
   */
  record Verified(CompletableFuture<Caller> caller, long endsAt, Object keys) {}

  private final int maxPerGeneration;
  private volatile ConcurrentHashMap<String, Verified> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<String, Verified> old = new ConcurrentHashMap<>();

  /** @param max the most tokens that are kept; one takes about 2 kB */
  VerifiedTokens(int max) {
    this.maxPerGeneration = Math.max(1, max / 2);
  }

  /** The token's entry, or null. */
  Verified get(String token) {
    Verified found = young.get(token);
    if (found != null) {
      return found;
    }
    found = old.get(token);
    if (found != null) {
      put(token, found);
    }
    return found;
  }

  void put(String token, Verified verified) {
    ConcurrentHashMap<String, Verified> generation = young;
    if (generation.size() >= maxPerGeneration) {
      generation = next(generation);
    }
    generation.put(token, verified);
  }

  private synchronized ConcurrentHashMap<String, Verified> next(ConcurrentHashMap<String, Verified> full) {
    if (young == full) {
      old = full;
      young = new ConcurrentHashMap<>();
    }
    return young;
  }

  int size() {
    return young.size() + old.size();
  }
}
