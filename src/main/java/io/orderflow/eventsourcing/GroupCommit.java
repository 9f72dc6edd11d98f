package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.typesafe.config.Config;
import io.orderflow.eventsourcing.Message.Ask;
import io.orderflow.kernel.Backoff;
import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Lets many commands to one aggregate share a write. Commands that arrive during a write wait here. Then all of them are decided in order,
 * each against the state after the commands before it, and stored as one batch of events. Each caller gets its own reply after the batch is
 * stored. A single command is written at once.
 *
 * <p>This actor receives the commands; its child, the {@link Writer}, stores the events. After a failed write the batch may or may not be
 * stored. The writer stops, and its callers get no reply and ask again. A new writer recovers the state from the journal.
 */
final class GroupCommit<C, R> extends AbstractBehavior<Object> {

  /**
   * @param maxBatch the most commands that share a write
   * @param maxWaiting the most waiting commands; further ones are rejected as BUSY
   * @param snapshotEvery the number of events between snapshots
   */
  record Settings(int maxBatch, int maxWaiting, int snapshotEvery) {

    static Settings of(Config orderflow) {
      return new Settings(orderflow.getInt("group-commit.max-batch"), orderflow.getInt("group-commit.max-waiting"),
          orderflow.getInt("snapshot-every"));
    }
  }

  /** The writer has stored its batch and replied. */
  enum Written { INSTANCE }

  private enum StartWriter { INSTANCE }

  private static final Duration MIN_PAUSE = Duration.ofMillis(200);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(10);

  private final String name;
  private final Behavior<Writer.Batch<C, R>> writing;
  private final Settings settings;
  private final TimerScheduler<Object> timers;

  private final Queue<Ask<C, R>> waiting = new ArrayDeque<>();
  private ActorRef<Writer.Batch<C, R>> writer;
  private boolean busy;
  private boolean stopping;
  /** The failed writes in a row. */
  private int failures;

  static <C, E, S, R> Behavior<Message> create(AggregateType<C, E, S, R> type, String id, Settings settings) {
    return create(type.persistenceId(id), Writer.create(type, id, settings.snapshotEvery()), settings);
  }

  static <C, R> Behavior<Message> create(String name, Behavior<Writer.Batch<C, R>> writing, Settings settings) {
    return Behaviors.<Object>setup(context -> Behaviors.withTimers(timers ->
        new GroupCommit<>(name, writing, settings, context, timers))).narrow();
  }

  private GroupCommit(String name, Behavior<Writer.Batch<C, R>> writing, Settings settings, ActorContext<Object> context,
      TimerScheduler<Object> timers) {
    super(context);
    this.name = name;
    this.writing = writing;
    this.settings = settings;
    this.timers = timers;
    startWriter();
  }

  private void startWriter() {
    writer = getContext().spawnAnonymous(writing);
    getContext().watch(writer);
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Written.INSTANCE, this::written)
        .onMessageEquals(StartWriter.INSTANCE, this::startWriterAgain)
        .onSignal(Terminated.class, this::writerGone)
        .onSignal(PostStop.class, this::stopped)
        .onMessageEquals(Message.Signal.LEAVE, this::leave)
        .onMessage(Ask.class, this::command)
        .build();
  }

  private Behavior<Object> leave() {
    stopping = true;
    return next();
  }

  /** Commands are left only if the shard could not wait for the writer. They are not decided. */
  private Behavior<Object> stopped(PostStop stop) {
    waiting.forEach(ask -> ask.reject(Rejection.moved()));
    waiting.clear();
    return this;
  }

  @SuppressWarnings("unchecked") // Clients of this type send no other commands.
  private Behavior<Object> command(Ask<?, ?> message) {
    Ask<C, R> ask = (Ask<C, R>) message;
    if (waiting.size() >= settings.maxWaiting()) {
      ask.reject(Rejection.unavailable("BUSY", settings.maxWaiting() + " commands are already waiting for " + name));
      return this;
    }
    waiting.add(ask);
    return next();
  }

  private Behavior<Object> written() {
    busy = false;
    failures = 0;
    return next();
  }

  private Behavior<Object> writerGone(Terminated gone) {
    Duration pause = Backoff.after(++failures, MIN_PAUSE, MAX_PAUSE);
    getContext().getLog().warn("{}: a write failed or another incarnation has written; recovering from the journal in {} ms", name, pause.toMillis());
    LateWrites.of(getContext().getSystem()).expect();
    writer = null;
    busy = false;
    timers.startSingleTimer(StartWriter.INSTANCE, pause);
    return this;
  }

  private Behavior<Object> startWriterAgain() {
    startWriter();
    return next();
  }

  private Behavior<Object> next() {
    if (busy || writer == null) {
      return this;
    }
    if (waiting.isEmpty()) {
      return stopping ? Behaviors.stopped() : this;
    }
    List<Ask<C, R>> batch = new ArrayList<>(Math.min(waiting.size(), settings.maxBatch()));
    while (batch.size() < settings.maxBatch() && !waiting.isEmpty()) {
      batch.add(waiting.remove());
    }
    busy = true;
    writer.tell(new Writer.Batch<>(batch, getContext().getSelf().narrow()));
    return this;
  }
}
