package io.orderflow.journal;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import java.util.function.Function;

/**
 * Stores events as they are, and beside each in the journal's manifest column where the aggregate stands after it: what a
 * {@link JournalIndex.Table} goes by.
 */
public final class ManifestAdapter<E> extends EventAdapter<E, E> {

  private final Function<E, String> manifest;

  /** @param manifest at most 255 characters; empty for an event that no table needs */
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
