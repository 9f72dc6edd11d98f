package io.orderflow.store;

import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.DefaultJournalDao;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/** The journal's access to the database, with entities that wake at the same time asked for by one query. */
public final class BatchedJournalDao extends DefaultJournalDao {

  private final HighestSequences highest;

  /** Made by Akka Persistence JDBC, which finds it in the configuration. */
  public BatchedJournalDao(JdbcBackend.DatabaseDef db, JdbcProfile profile, JournalConfig config, Serialization serialization,
      ExecutionContext context, Materializer materializer) {
    super(db, profile, config, serialization, context, materializer);
    this.highest = new HighestSequences(Database.of(db, materializer.system()));
  }

  @Override
  public Future<Object> highestSequenceNr(String persistenceId, long from) {
    return highest.ask(persistenceId);
  }
}
