package io.orderflow.history;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.orderflow.history.EventHistory.Entry;
import io.orderflow.http.Access;
import io.orderflow.http.Ownership;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@code /api/{service}/{id}/events?from=&limit=}: the events of an aggregate. */
public final class HistoryRoutes extends Routes {

  private static final int MAX_LIMIT = 500;
  private static final int DEFAULT_LIMIT = 100;

  private final String service;
  private final String idName;
  private final EventHistory<?> history;
  private final Function<String, CompletionStage<?>> known;
  private final Ownership ownership;

  /**
   * @param service the path's second segment
   * @param idName the name of the path's third segment in a problem
   * @param known fails with a problem or a rejection if the aggregate does not exist; called when it has no events
   * @param ownership whose an aggregate is
   */
  public HistoryRoutes(String service, String idName, EventHistory<?> history, Function<String, CompletionStage<?>> known,
      Ownership ownership) {
    this.service = service;
    this.idName = idName;
    this.history = history;
    this.known = known;
    this.ownership = ownership;
  }

  public Route routes() {
    return pathPrefix("api", () -> pathPrefix(service, () -> id(idName, aggregate -> path("events", () ->
        get(Access.CALLERS, caller -> own(ownership, caller, aggregate, () ->
            parameterOptional("from", from -> parameterOptional("limit", limit ->
                page(aggregate, number("from", from, 1, Long.MAX_VALUE - MAX_LIMIT), (int) number("limit", limit, DEFAULT_LIMIT, MAX_LIMIT))))))))));
  }

  private Route page(String aggregate, long from, int limit) {
    return after(history.page(aggregate, from, limit), events -> events.isEmpty()
        ? after(known.apply(aggregate), there -> complete(answer(events, limit)))
        : complete(answer(events, limit)));
  }

  /** The page and the start of the next, which a full page may have. */
  private static HttpResponse answer(List<Entry> events, int limit) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("events", events);
    answer.put("next", events.size() < limit ? null : events.get(events.size() - 1).sequence() + 1);
    return Page.response(answer, "from");
  }

  private static long number(String name, Optional<String> text, long otherwise, long max) {
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= 1 && number <= max) {
        return number;
      }
    } catch (NumberFormatException notOne) {
      // Falls through to the problem below.
    }
    throw Problem.field("INVALID_FIELD", name, "must be a whole number from 1 to " + max).exception();
  }
}
