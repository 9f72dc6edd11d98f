package io.orderflow.journal;

import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.dispatch.ExecutionContexts$;
import akka.dispatch.Futures;
import akka.dispatch.Mapper;
import akka.dispatch.Recover;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.config.BaseDaoConfig;
import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.DefaultJournalDao;
import akka.persistence.journal.Tagged;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Success;
import scala.util.Try;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;
import slick.jdbc.PostgresProfile;

/**
 * Speeds up the journal's most frequent operations: it writes events, and looks up the highest sequence numbers of recovering entities, in
 * batches of plain SQL. Akka Persistence JDBC does the rest.
 */
public final class BatchedJournalDao extends DefaultJournalDao {

  private static final Logger LOG = LoggerFactory.getLogger(BatchedJournalDao.class);
  /** The longest wait for accepted events on shutdown: as long as Akka waits for its actors. */
  private static final long LAST_WRITES_SECONDS = 10;

  private static final Future<Object> NO_EVENTS = Futures.successful(0L);

  private final Serialization serialization;
  private final ExecutionContext context;
  private final EventWriter writer;
  private final HighestSequences highest;
  private final RefusedWrites refused;
  private final NewStreams newStreams;

  /** Akka Persistence JDBC creates the instance from the configuration. */
  public BatchedJournalDao(JdbcBackend.DatabaseDef db, JdbcProfile profile, JournalConfig config, Serialization serialization,
      ExecutionContext context, Materializer materializer) {
    super(db, profile, config, serialization, context, materializer);
    this.serialization = serialization;
    this.context = context;
    ActorSystem system = materializer.system();
    Database database = Database.of(db, system);
    Executor threads = system.dispatchers().lookup("orderflow.journal-dispatcher");
    BaseDaoConfig limits = config.daoConfig();
    this.writer = new EventWriter(new EventInsert(database, profile instanceof PostgresProfile), threads, context,
        new Batcher.Limits(limits.parallelism(), limits.batchSize(), limits.bufferSize()));
    this.highest = new HighestSequences(database, threads, context);
    this.refused = new RefusedWrites(system);
    this.newStreams = NewStreams.of(Adapter.toTyped(system));
    // Termination callbacks run in reverse order. The pool registered first, so it is closed after this.
    system.registerOnTermination(() -> {
      if (!writer.close(LAST_WRITES_SECONDS)) {
        LOG.warn("Events were still waiting for the database at shutdown; none of them was acknowledged");
      }
    });
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
    List<EventRow> rows = new ArrayList<>();
    List<Try<BoxedUnit>> results = new ArrayList<>();
    boolean rejected = false;
    for (AtomicWrite write : CollectionConverters.asJava(messages)) {
      List<PersistentRepr> events = CollectionConverters.asJava(write.payload());
      if (events.stream().anyMatch(BatchedJournalDao::isSpecial)) {
        return super.asyncWriteMessages(messages);
      }
      try {
        rows.addAll(events.stream().map(event -> EventRow.of(event, serialization)).toList());
        results.add(new Success<>(BoxedUnit.UNIT));
      } catch (Exception failure) {
        // Catches checked exceptions too: Scala throws them undeclared.
        rejected = true;
        results.add(new Failure<>(failure));
      }
    }
    // To Akka an empty sequence means that every write succeeded.
    Seq<Try<BoxedUnit>> answer = CollectionConverters.asScala(rejected ? results : List.<Try<BoxedUnit>>of()).toSeq();
    return writer.write(rows).map(new Mapper<BoxedUnit, Seq<Try<BoxedUnit>>>() {
      @Override
      public Seq<Try<BoxedUnit>> apply(BoxedUnit written) {
        return answer;
      }
    }, context).recoverWith(new Recover<>() {
      @Override
      public Future<Seq<Try<BoxedUnit>>> recover(Throwable failure) {
        return EventWriter.wasRefused(failure) ? refused.fail(failure) : Futures.failed(failure);
      }
    }, ExecutionContexts$.MODULE$.parasitic());
  }

  @Override
  public Future<BoxedUnit> delete(String persistenceId, long toSequenceNr) {
    return persistenceId.equals(RefusedWrites.NOTHING) ? Futures.successful(BoxedUnit.UNIT) : super.delete(persistenceId, toSequenceNr);
  }

  /** Whether the event has tags or metadata. Orderflow writes neither, so the batches have no columns for them. */
  private static boolean isSpecial(PersistentRepr event) {
    return event.payload() instanceof Tagged || event.metadata().isDefined();
  }

  @Override
  public Future<Object> highestSequenceNr(String persistenceId, long from) {
    return newStreams.take(persistenceId) ? NO_EVENTS : highest.ask(persistenceId);
  }
}
