package io.orderflow.console;

import akka.Done;
import akka.NotUsed;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.stream.BoundedSourceQueue;
import akka.stream.QueueOfferResult;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.orderflow.journal.JournalPosition;
import io.orderflow.journal.JournalReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all consoles that watch on a node what changes, by one reader of the journal. It reads only while somebody watches. What it tells is
 * written once, whoever gets it.
 *
 * <p>A watcher that comes back says how far it had come, and is told first what it has missed. One that is too slow is dropped: it comes back.
 */
final class ChangeFeed {

  /** Writes what is sent. */
  interface Writer {

    /** @param more whether more has changed than the list says */
    ByteString changes(String position, List<Change> changes, boolean more);

    /** The watcher must read everything anew. */
    ByteString reset();

    ByteString overview(Object overview);
  }

  /** All that is new since the last time goes to a watcher in one piece: with many watchers the pieces cost most, hardly their bytes. */
  private static final Duration BETWEEN_READS = Duration.ofSeconds(1);
  private static final Duration BETWEEN_OVERVIEWS = Duration.ofSeconds(2);
  private static final int BATCH = 2_000;
  /** The most changes in one message. */
  private static final int MOST_CHANGES = 500;
  /** The most reads for a watcher that comes back. Whoever has missed more reads everything anew. */
  private static final int MOST_MISSED = 5;
  /** Messages that wait for a slow watcher. */
  private static final int BUFFER = 64;
  private static final int MOST_WATCHERS = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  private final ActorSystem<?> system;
  private final ChangeQueries queries;
  private final Writer writer;
  private final Supplier<CompletionStage<?>> overview;
  private final List<BoundedSourceQueue<ByteString>> watchers = new CopyOnWriteArrayList<>();
  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicBoolean viewing = new AtomicBoolean();
  /** Null while nobody watches. */
  private volatile JournalReader reader;
  private volatile ByteString lastOverview;
  private final AtomicBoolean hasNewOverview = new AtomicBoolean();

  /** @param overview what the watchers are told every few seconds */
  ChangeFeed(ActorSystem<?> system, ChangeQueries queries, Writer writer, Supplier<CompletionStage<?>> overview) {
    this.system = system;
    this.queries = queries;
    this.writer = writer;
    this.overview = overview;
    system.scheduler().scheduleWithFixedDelay(BETWEEN_READS, BETWEEN_READS, this::read, system.executionContext());
    system.scheduler().scheduleWithFixedDelay(BETWEEN_OVERVIEWS, BETWEEN_OVERVIEWS, this::view, system.executionContext());
    // A stream has no end of its own: the server would wait for it in vain.
    CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "end-console-streams", () -> {
      watchers.forEach(BoundedSourceQueue::complete);
      return CompletableFuture.completedFuture(Done.done());
    });
  }

  /**
   * What changes from now on, and before it what has changed since the position. Empty if too many watch already.
   *
   * @param since the last position that the watcher was told; empty if it is new
   */
  Optional<Source<ByteString, NotUsed>> watch(Optional<String> since) {
    if (watchers.size() >= MOST_WATCHERS) {
      return Optional.empty();
    }
    Pair<BoundedSourceQueue<ByteString>, Source<ByteString, NotUsed>> queue = Source.<ByteString>queue(BUFFER).preMaterialize(system);
    // Before the missed changes are read: what happens meanwhile waits in the queue.
    watchers.add(queue.first());
    ByteString view = lastOverview;
    Source<ByteString, NotUsed> first = view == null ? Source.empty() : Source.single(view);
    Source<ByteString, NotUsed> missed = since.flatMap(ChangeFeed::position)
        .map(position -> Source.completionStage(missed(queries.after(position), new ArrayList<>())).mapConcat(frames -> frames))
        .orElseGet(() -> Source.single(writer.reset()));
    return Optional.of(first.concat(missed).concat(queue.second()));
  }

  /** Empty for what no watcher can have been told. */
  private static Optional<JournalPosition> position(String text) {
    try {
      return Optional.of(JournalPosition.parse(text));
    } catch (RuntimeException malformed) {
      return Optional.empty();
    }
  }

  int watchers() {
    return watchers.size();
  }

  private CompletionStage<List<ByteString>> missed(JournalReader own, List<ByteString> frames) {
    return queries.next(own, BATCH).thenCompose(read -> {
      if (!read.rows().isEmpty()) {
        frames.add(frame(read));
      }
      if (read.rows().size() < BATCH) {
        return CompletableFuture.completedFuture(frames);
      }
      return frames.size() < MOST_MISSED ? missed(own, frames) : CompletableFuture.completedFuture(List.of(writer.reset()));
    });
  }

  private void read() {
    if (watchers.isEmpty()) {
      reader = null;
      return;
    }
    if (!reading.compareAndSet(false, true)) {
      return;
    }
    JournalReader known = reader;
    CompletionStage<JournalReader> ready = known != null ? CompletableFuture.completedFuture(known) : queries.newest();
    ready.thenCompose(from -> queries.next(from, BATCH).thenAccept(read -> {
      reader = from;
      ByteString changes = read.rows().isEmpty() ? ByteString.emptyByteString() : frame(read);
      ByteString view = lastOverview;
      tell(hasNewOverview.getAndSet(false) && view != null ? changes.concat(view) : changes);
    })).whenComplete((done, failure) -> {
      reading.set(false);
      if (failure != null) {
        LOG.debug("The journal could not be read for the consoles", failure);
      }
    });
  }

  private void view() {
    if (watchers.isEmpty()) {
      lastOverview = null;
    } else if (viewing.compareAndSet(false, true)) {
      overview.get().whenComplete((seen, failure) -> {
        viewing.set(false);
        if (failure == null) {
          lastOverview = writer.overview(seen);
          hasNewOverview.set(true);
        }
      });
    }
  }

  private ByteString frame(ChangeQueries.Read read) {
    List<Change> changes = Change.latest(read.rows());
    return writer.changes(read.position().toString(), changes.size() > MOST_CHANGES ? changes.subList(changes.size() - MOST_CHANGES, changes.size()) : changes,
        changes.size() > MOST_CHANGES);
  }

  private void tell(ByteString news) {
    if (news.isEmpty()) {
      return;
    }
    ByteString message = news.compact();
    for (BoundedSourceQueue<ByteString> watcher : watchers) {
      QueueOfferResult offered = watcher.offer(message);
      if (!offered.isEnqueued()) {
        watchers.remove(watcher);
        // A queue whose watcher has left throws here, and the others would not be told.
        if (offered == QueueOfferResult.dropped()) {
          watcher.complete();
        }
      }
    }
  }
}
