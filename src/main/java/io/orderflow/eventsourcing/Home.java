package io.orderflow.eventsourcing;

/**
 * The entity that a step of a saga belongs to, as services see it. Its parts are decided in the same turn: what they record is stored
 * together, in one write. Only for calls within a turn, on the home's own thread; any other call fails with an
 * {@link IllegalStateException}.
 */
public interface Home {

  /**
   * Has an aggregate of this home decide. Its events are stored with the turn's write.
   *
   * @return the aggregate's reply, before its events are stored
   * @throws RuntimeException the rejection
   */
  <C, E, S, R> R decide(AggregateType<C, E, S, R> aggregate, C command);

  /** Tells a process of this home a message, which it handles at once. */
  <M extends Message> void tell(ProcessType<M, ?, ?> process, M message);
}
