package io.orderflow.journal;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import java.util.function.Function;

/**
 * Stores events unchanged, and writes the aggregate's state after each event to the journal's manifest column, for the
 * {@link JournalIndex.Table}s.
 */
public final class ManifestAdapter<E> extends EventAdapter<E, E> {

  private final Function<E, String> manifest;

  /** @param manifest returns at most 255 characters; empty for an event that no table needs */
  public ManifestAdapter(Function<E, String> manifest) {
    this.manifest = manifest;
  }

  @Override
  public E toJournal(E event) {
    return event;
  }

  @Override
  public String manifest(E event) {
    return manifest.apply(event);
  }

  @Override
  public EventSeq<E> fromJournal(E event, String stored) {
    return EventSeq.single(event);
  }
}
