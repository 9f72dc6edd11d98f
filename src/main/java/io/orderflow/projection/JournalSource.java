package io.orderflow.projection;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.pattern.Patterns;
import akka.projection.javadsl.SourceProvider;
import akka.stream.javadsl.Source;
import io.orderflow.journal.JournalPosition;
import io.orderflow.journal.JournalReader;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.SharedReads;
import io.orderflow.kernel.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Reads the events of one slice directly from the journal's table. The events carry no tags: a tag costs a second row and, in this journal
 * plugin, the batching of every write with a tagged event. Reading the table forward costs the writers nothing.
 */
final class JournalSource extends SourceProvider<String, Batch> {

  /**
   * How often the position is stored while only other slices' events arrive. It bounds the events that are read again after a restart, and
   * the lag shown.
   */
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final SharedReads reads;
  private final Predicate<Row> ours;
  private final ProjectionSettings settings;
  private final Clock clock;
  private final Supplier<CompletionStage<?>> beforeOffset;
  private int carefulReads;

  /**
   * @param ours selects the slice's events
   * @param careful whether to read events one by one at first, after a batch has failed
   * @param beforeOffset completes before the stored position is read
   */
  JournalSource(ActorSystem<?> system, SharedReads reads, Predicate<Row> ours, ProjectionSettings settings, Clock clock, boolean careful,
      Supplier<CompletionStage<?>> beforeOffset) {
    this.system = system;
    this.reads = reads;
    this.ours = ours;
    this.settings = settings;
    this.clock = clock;
    this.carefulReads = careful ? settings.batch() : 0;
    this.beforeOffset = beforeOffset;
  }

  @Override
  public CompletionStage<Source<Batch, NotUsed>> source(Supplier<CompletionStage<Optional<String>>> offset) {
    return beforeOffset.get().thenCompose(ready -> offset.get()).thenApply(stored -> {
      JournalPosition from = stored.map(JournalPosition::parse).orElse(JournalPosition.START);
      return Source.unfoldAsync(new Tail(reads.reader(from), from), Tail::next)
          .mapConcat(batch -> batch.stream().toList());
    });
  }

  @Override
  public String extractOffset(Batch batch) {
    return batch.position();
  }

  @Override
  public long extractCreationTime(Batch batch) {
    return batch.events().isEmpty() ? clock.millis() : batch.events().get(batch.events().size() - 1).writtenAt();
  }

  /**
   * Reads on while more events are available, then at the start of each interval of the clock. All slices on the node read at that moment
   * and share the read. Used by one stream, whose calls must not overlap.
   */
  private final class Tail {

    private final JournalReader reader;
    private final Clock steady = SteadyClock.beginningAt(clock);
    private JournalPosition told;
    private Instant toldAt = Instant.MIN;
    private boolean more = true;

    Tail(JournalReader reader, JournalPosition from) {
      this.reader = reader;
      this.told = from;
    }

    CompletionStage<Optional<Pair<Tail, Optional<Batch>>>> next() {
      CompletionStage<Optional<Batch>> batch = more ? read() : Patterns.after(untilNextInterval(), system, this::read);
      return batch.thenApply(read -> Optional.of(Pair.create(this, read)));
    }

    private Duration untilNextInterval() {
      long interval = Math.max(1, settings.pollInterval().toMillis());
      return Duration.ofMillis(interval - clock.millis() % interval);
    }

    private CompletionStage<Optional<Batch>> read() {
      Instant now = steady.instant();
      int limit = carefulReads > 0 ? 1 : settings.batch();
      carefulReads = Math.max(0, carefulReads - 1);
      return reads.next(reader, limit).thenApply(read -> {
        more = read.more();
        List<Row> events = read.rows().stream().filter(ours).toList();
        JournalPosition position = reader.position();
        boolean due = !position.equals(told) && Duration.between(toldAt, now).compareTo(HEARTBEAT) >= 0;
        if (events.isEmpty() && !due) {
          return Optional.empty();
        }
        told = position;
        toldAt = now;
        return Optional.of(new Batch(events, position.toString()));
      });
    }
  }
}
