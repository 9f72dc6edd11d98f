package io.orderflow.eventsourcing;

import akka.actor.typed.Behavior;

/** One home without a shard. */
public final class RunningHome {

  private RunningHome() {}

  /**
   * A home that recovers when it is spawned.
   *
   * @param leave run when the home asks to leave memory
   */
  public static Behavior<Message> of(HomeType type, String id, Runnable leave) {
    return HomeActor.recover(type, id, false, leave);
  }

  /** A home that recovers at its first message, as a shard creates it. */
  public static Behavior<Message> onFirstMessage(HomeType type, String id) {
    return HomeActor.create(type, id, () -> {});
  }

  /** Tells the home to leave memory, as its shard does. */
  public static Message leave() {
    return Message.Signal.LEAVE;
  }
}
