package io.orderflow.eventsourcing;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import io.orderflow.journal.EventGroup;
import java.util.List;
import java.util.function.Function;

/**
 * An event of an aggregate and the actor of its command.
 *
 * @param actor null if the command was on nobody's behalf
 */
record Recorded<E>(E event, String actor) {

  /** The events of a command. */
  static <E> List<Recorded<E>> all(List<E> events, String actor) {
    return events.stream().map(event -> new Recorded<>(event, actor)).toList();
  }

  /** Stores an event without an actor as it is, and any other in a group with its actor. */
  static final class Adapter<E> extends EventAdapter<Recorded<E>, Object> {

    private final Function<E, String> manifest;

    /** @param manifest returns the text for the journal's manifest column; null if no text is written */
    Adapter(Function<E, String> manifest) {
      this.manifest = manifest;
    }

    @Override
    public Object toJournal(Recorded<E> recorded) {
      return recorded.actor() == null ? recorded.event() : new EventGroup(List.of(recorded.event()), List.of(recorded.actor()), "");
    }

    @Override
    public String manifest(Recorded<E> recorded) {
      return manifest == null ? "" : manifest.apply(recorded.event());
    }

    @Override
    @SuppressWarnings("unchecked") // An aggregate's stream has its events alone.
    public EventSeq<Recorded<E>> fromJournal(Object stored, String storedManifest) {
      EventGroup.By by = EventGroup.by(stored, Object.class).get(0);
      return EventSeq.single(new Recorded<>((E) by.event(), by.actor()));
    }
  }
}
