package io.orderflow.journal;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The events of one write of an entity that consists of several parts: one row of the journal. All of them are stored, or none.
 *
 * @param events in order, never empty
 * @param actors on whose behalf each event happened, with an empty text for nobody; an empty list if there is nobody for any
 * @param manifest the text for the journal's manifest column, a word for each part; not part of the event, and empty when it was read
 */
public record EventGroup(List<Object> events, List<String> actors, String manifest) {

  /** An event and its actor; null for nobody. */
  public record By<E>(E event, String actor) {}


  /** The word of a part that has nothing to say. */
  public static final String NOTHING = "-";
  /** Precedes a note. */
  private static final char NOTE = '@';
  /** The width of the manifest column. */
  private static final int MAX_MANIFEST = 255;

  /** A group on nobody's behalf. */
  public EventGroup(List<Object> events, String manifest) {
    this(events, List.of(), manifest);
  }

  /** A group that was read. */
  EventGroup(List<Object> events, List<String> actors) {
    this(events, actors, "");
  }

  /** The list for a group: empty if it names nobody. */
  public static List<String> actors(List<String> ofEvents) {
    return ofEvents.stream().allMatch(String::isEmpty) ? List.of() : List.copyOf(ofEvents);
  }

  /** The word of one part in the manifest of a row; "-" if it has none. */
  public static String word(String manifest, int part) {
    String[] words = manifest == null ? new String[0] : manifest.split(" ");
    return part < words.length ? words[part] : NOTHING;
  }

  /** The manifest with a note at its end; unchanged if the note is empty or there is no room for it. */
  public static String withNote(String manifest, String note) {
    return note.isEmpty() || manifest.length() + note.length() + 2 > MAX_MANIFEST ? manifest : manifest + " " + NOTE + note;
  }

  /** The first note in the manifest of a row; empty if it has none. */
  public static String note(String manifest) {
    int mark = manifest == null ? -1 : manifest.indexOf(" " + NOTE);
    return mark < 0 ? "" : manifest.substring(mark + 2).split(" ", 2)[0];
  }

  /** The events of a row that are of this class; a row without a group is an event itself. */
  public static <E> List<E> of(Object stored, Class<E> type) {
    return stored instanceof EventGroup group
        ? group.events().stream().filter(type::isInstance).map(type::cast).toList() : List.of(type.cast(stored));
  }

  /** The same with their actors. */
  public static <E> List<By<E>> by(Object stored, Class<E> type) {
    if (!(stored instanceof EventGroup group)) {
      return List.of(new By<>(type.cast(stored), null));
    }
    return IntStream.range(0, group.events().size()).filter(i -> type.isInstance(group.events().get(i)))
        .mapToObj(i -> new By<>(type.cast(group.events().get(i)), group.actor(i))).toList();
  }

  private String actor(int event) {
    return actors.isEmpty() || actors.get(event).isEmpty() ? null : actors.get(event);
  }
}
