package io.orderflow.eventsourcing;

import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import java.util.Optional;

/** Runs one aggregate as an event-sourced actor that writes the events of each command separately. It recovers after a failed write. */
final class AggregateActor<C, E, S, R> extends HostedBehavior<Message, C, E, S, R> {

  AggregateActor(AggregateType<C, E, S, R> type, String id, int snapshotEvery) {
    super(type, id, snapshotEvery, Optional.of(Supervision.RECOVER));
  }

  @Override
  public CommandHandler<Message, Recorded<E>, S> commandHandler() {
    return (state, message) -> message instanceof Message.Ask<?, ?> ask ? decide(state, ask)
        : message == Message.Signal.LEAVE ? Effect().stop() : Effect().none();
  }

  @SuppressWarnings("unchecked") // Clients of this type send no other commands.
  private Effect<Recorded<E>, S> decide(S state, Message.Ask<?, ?> message) {
    Message.Ask<C, R> ask = (Message.Ask<C, R>) message;
    Decision<E, R> decision = aggregate.decide(state, ask.command());
    if (decision.events().isEmpty()) {
      return Effect().none().thenRun(same -> ask.answer(decision));
    }
    return Effect().persist(Recorded.all(decision.events(), ask.actor())).thenRun(after -> ask.answer(decision));
  }
}
