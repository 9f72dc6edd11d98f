package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.SignalHandler;

/** Asks the journal for the sequence number of an entity's last event, without reading an event. Stops without an answer if the journal can't be asked. */
final class LastEvent extends EventSourcedBehavior<Void, Object, Object> {

  private final ActorContext<Void> context;
  private final ActorRef<Long> replyTo;

  static Behavior<Void> of(PersistenceId id, ActorRef<Long> replyTo) {
    return Behaviors.setup(context -> new LastEvent(id, replyTo, context));
  }

  private LastEvent(PersistenceId id, ActorRef<Long> replyTo, ActorContext<Void> context) {
    super(id);
    this.context = context;
    this.replyTo = replyTo;
  }

  @Override
  public Recovery recovery() {
    return Recovery.disabled();
  }

  @Override
  public SignalHandler<Object> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), state -> replyTo.tell(lastSequenceNumber(context))).build();
  }

  @Override
  public Object emptyState() {
    return "";
  }

  @Override
  public CommandHandler<Void, Object, Object> commandHandler() {
    return (state, none) -> Effect().none();
  }

  @Override
  public EventHandler<Object, Object> eventHandler() {
    return (state, event) -> state;
  }
}
