package io.orderflow.kernel;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

/**
 * Remembers an aggregate's last commands by idempotency key, so that a repeated command changes nothing. Immutable; each change takes O(log
 * n). The oldest command is forgotten first.
 *
 * @param <V> the value remembered for each command
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NONE)
public final class RecentCommands<V> {

  /** One remembered command, as stored in a snapshot. */
  public record Entry<V>(String key, V value) {}

  private record Numbered<V>(long number, V value) {}

  private final PMap<String, Numbered<V>> byKey;
  private final TreePMap<Long, String> byAge;

  private RecentCommands(PMap<String, Numbered<V>> byKey, TreePMap<Long, String> byAge) {
    this.byKey = byKey;
    this.byAge = byAge;
  }

  /** An instance without commands. */
  public static <V> RecentCommands<V> none() {
    return new RecentCommands<>(HashTreePMap.empty(), TreePMap.empty());
  }

  /** Restores the stored form, the oldest command first. */
  @JsonCreator
  public static <V> RecentCommands<V> of(@JsonProperty("entries") List<Entry<V>> entries) {
    RecentCommands<V> recent = none();
    for (Entry<V> entry : entries) {
      recent = recent.with(entry.key(), entry.value(), Integer.MAX_VALUE);
    }
    return recent;
  }

  /** The value remembered for the key. Empty if there is none, or none any longer. */
  public Optional<V> get(String key) {
    return Optional.ofNullable(byKey.get(key)).map(Numbered::value);
  }

  /** Remembers the value as the newest, replacing the key's earlier value. Forgets the oldest commands beyond the bound. */
  public RecentCommands<V> with(String key, V value, int bound) {
    RecentCommands<V> rest = without(key);
    long number = rest.byAge.isEmpty() ? 0 : rest.byAge.lastKey() + 1;
    RecentCommands<V> all = new RecentCommands<>(rest.byKey.plus(key, new Numbered<>(number, value)), rest.byAge.plus(number, key));
    while (all.byKey.size() > bound) {
      all = all.without(all.byAge.firstEntry().getValue());
    }
    return all;
  }

  /** Forgets the key. */
  public RecentCommands<V> without(String key) {
    Numbered<V> known = byKey.get(key);
    return known == null ? this : new RecentCommands<>(byKey.minus(key), byAge.minus(known.number()));
  }

  /** The oldest remembered command. */
  public Optional<Entry<V>> oldest() {
    return byAge.isEmpty() ? Optional.empty()
        : Optional.of(new Entry<>(byAge.firstEntry().getValue(), byKey.get(byAge.firstEntry().getValue()).value()));
  }

  /** The number of remembered commands. */
  public int size() {
    return byKey.size();
  }

  /** All remembered commands, the oldest first: the stored form. */
  @JsonProperty("entries")
  public List<Entry<V>> entries() {
    List<Entry<V>> entries = new ArrayList<>(byKey.size());
    byAge.values().forEach(key -> entries.add(new Entry<>(key, byKey.get(key).value())));
    return entries;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecentCommands<?> recent && entries().equals(recent.entries());
  }

  @Override
  public int hashCode() {
    return entries().hashCode();
  }

  @Override
  public String toString() {
    return entries().toString();
  }
}
