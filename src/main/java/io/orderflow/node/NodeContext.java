package io.orderflow.node;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.orderflow.http.ClientPresence;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.journal.Database;
import io.orderflow.privacy.CardTokens;
import io.orderflow.privacy.PersonalData;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The parts of a node that every module may use.
 *
 * @param ids makes the ids of aggregates whose clients chose none
 * @param personal keeps the data of persons unreadable in storage
 * @param cards keeps the tokens of cards unreadable in storage
 */
public record NodeContext(ActorSystem<?> system, Database database, Clock clock, Supplier<UUID> ids, PersonalData personal, CardTokens cards) {

  /** The section {@code orderflow}. */
  public Config config() {
    return system.settings().config().getConfig("orderflow");
  }

  public RequestKeys requestKeys() {
    return new RequestKeys(database, clock);
  }

  public ClientPresence clients() {
    return ClientPresence.of(system.classicSystem());
  }
}
