package io.orderflow.eventsourcing;

import akka.actor.typed.Behavior;

/** One home without a shard. */
public final class RunningHome {

  private RunningHome() {}

  /** @param leave run when the home asks to leave memory */
  public static Behavior<Message> of(HomeType type, String id, Runnable leave) {
    return HomeActor.create(type, id, leave);
  }

  /** Tells the home to leave memory, as its shard does. */
  public static Message leave() {
    return Message.Signal.LEAVE;
  }
}
