package io.orderflow.kernel;

import java.util.Optional;
import java.util.Set;

/**
 * The condition of a command that must only change a state that its sender has seen ({@code If-Match}, RFC 9110, section 13.1.1). The aggregate decides,
 * so that of two commands with the same condition one is carried out.
 *
 * @param tags of the states that may be changed
 * @param any whether every state may be changed that exists
 */
public record Precondition(Set<String> tags, boolean any) {

  /** The condition that there is something to change. */
  public static final Precondition EXISTS = new Precondition(Set.of(), true);

  private static final Rejection FAILED =
      new Rejection(Rejection.Kind.PRECONDITION, "PRECONDITION_FAILED", "it has been changed since, or does not exist: the tag in If-Match is another");

  public Precondition {
    tags = Set.copyOf(tags);
  }

  /** The condition that the state has one of the tags. */
  public static Precondition oneOf(Set<String> tags) {
    return new Precondition(tags, false);
  }

  /**
   * The rejection of a command whose condition does not hold; empty if it holds or the command has none.
   *
   * @param condition null for none
   * @param tag of the present state; null if nothing exists
   */
  public static Optional<Rejection> failure(Precondition condition, String tag) {
    boolean holds = condition == null || tag != null && (condition.any || condition.tags.contains(tag));
    return holds ? Optional.empty() : Optional.of(FAILED);
  }
}
