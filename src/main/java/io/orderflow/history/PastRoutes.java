package io.orderflow.history;

import akka.http.javadsl.server.Route;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import io.orderflow.history.EventHistory.Entry;
import io.orderflow.http.Access;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Rejection;
import io.orderflow.security.Scopes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /ops/{service}/{id}/history?sequence=}: an aggregate as it was after one of its events, and the events that led there. For operators. */
public final class PastRoutes extends Routes {

  /** Computes an aggregate's state after one of its events. */
  @FunctionalInterface
  public interface Past {
    CompletionStage<?> after(String id, long sequence, SharedKillSwitch stop);
  }

  /**
   * @param sequence the number of the event
   * @param last the number of the last event
   * @param state the aggregate after it
   * @param entries the events before it and itself, oldest first
   */
  private record View(String id, long sequence, long last, Object state, List<Entry> entries) {}

  private static final int ENTRIES = 50;

  private final String service;
  private final String idName;
  private final EventHistory<?> history;
  private final Past past;
  private final Rejection unknown;
  private final ClientPresence clients;

  /**
   * @param service the path's second segment
   * @param idName the name of the path's third segment in a problem
   * @param unknown the rejection of an id without events
   */
  public PastRoutes(String service, String idName, EventHistory<?> history, Past past, Rejection unknown, ClientPresence clients) {
    this.service = service;
    this.idName = idName;
    this.history = history;
    this.past = past;
    this.unknown = unknown;
    this.clients = clients;
  }

  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix(service, () -> id(idName, id -> path("history", () ->
        get(Access.scope(Scopes.OPS_READ), caller -> parameterOptional("sequence", sequence -> extractRequest(request -> {
          // An aggregate may have millions of events.
          SharedKillSwitch stop = KillSwitches.shared("client");
          Runnable stopWatching = clients.watch(request, stop::shutdown);
          return answer(view(id, sequence.map(PastRoutes::number), stop).whenComplete((view, failure) -> stopWatching.run()),
              view -> Json.response(200, view));
        })))))));
  }

  private CompletionStage<View> view(String id, Optional<Long> wanted, SharedKillSwitch stop) {
    return history.last(id).thenCompose(last -> {
      if (last == 0) {
        throw unknown.exception();
      }
      long sequence = Math.min(wanted.orElse(last), last);
      long from = Math.max(1, sequence - ENTRIES + 1);
      return past.after(id, sequence, stop).thenCombine(history.page(id, from, (int) (sequence - from + 1)),
          (state, entries) -> new View(id, sequence, last, state, entries));
    });
  }

  private static long number(String text) {
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw Problem.field("INVALID_FIELD", "sequence", "must be a whole number above zero").exception();
    }
    return Long.parseLong(text);
  }
}
