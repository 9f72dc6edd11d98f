package io.orderflow.console;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Page;
import io.orderflow.http.Routes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.saga.Sagas;
import io.orderflow.security.Scopes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** {@code /ops/batches}: makes a batch of the orders of a search, confirms it by their number, and shows how far it is. */
public final class BatchRoutes extends Routes {

  /** @param search which orders; @param selection the same in words */
  private record Making(Batch.Action action, OrderSearch search, String selection) {}

  private record Confirmation(int count, String reason) {

    static Confirmation read(JsonFields fields) {
      return new Confirmation(fields.integer("count", 0, BatchService.MOST_ORDERS), fields.text("reason", MAX_REASON));
    }
  }

  private record Selected(List<String> orderIds, boolean more) {}

  private static final Access READERS = Access.scope(Scopes.OPS_READ);
  private static final Access WRITERS = Access.scope(Scopes.OPS_WRITE);
  private static final int MAX_REASON = 400;
  private static final int ITEMS = 100;
  /** Pages of a search that are read for a batch: few orders may match among many. */
  private static final int MOST_PAGES = 50;

  private final BatchService batches;
  private final Sagas<Batch.Input> carriers;
  private final OrderSearchQueries queries;
  private final OrderSearchRequest requests;
  private final OperatorActions actions;

  BatchRoutes(BatchService batches, Sagas<Batch.Input> carriers, OrderSearchQueries queries, OrderSearchRequest requests,
      OperatorActions actions) {
    this.batches = batches;
    this.carriers = carriers;
    this.queries = queries;
    this.requests = requests;
    this.actions = actions;
  }

  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("batches", () -> concat(
        pathEnd(() -> concat(
            get(READERS, caller -> Page.parameters(page -> answer(batches.page(page.before(), page.beforeId(), page.limit() + 1), rows ->
                Page.response(page.answer("batches", rows, Batch::madeAt, Batch::batchId))))),
            post(WRITERS, caller -> extractRequest(request -> body(this::making, making -> answer(
                make(making, OperatorActions.operator(caller, request)), batch -> Json.response(201, batch))))))),
        id("batchId", batch -> concat(
            pathEnd(() -> get(READERS, caller -> parameterOptional("after", after -> answer(batches.get(batch, after(after), ITEMS), found ->
                Json.response(200, found))))),
            path("confirm", () -> post(WRITERS, caller -> extractRequest(request -> body(Confirmation::read, confirmation -> {
              String operator = OperatorActions.operator(caller, request);
              return answer(actions.record(operator, "batch", batch, confirmation.reason(), () ->
                  batches.confirm(carriers, batch, confirmation.count(), operator, caller.isOpen(), confirmation.reason())), confirmed -> Json.response(202, confirmed));
            })))))))));
  }

  private Making making(JsonFields fields) {
    String action = fields.text("action", 64);
    Batch.Action known = Arrays.stream(Batch.Action.values()).filter(each -> each.name().equals(action)).findFirst().orElseThrow(() ->
        fields.invalid("action", "must be one of " + Arrays.toString(Batch.Action.values())));
    Map<String, String> given = OrderSearchRequest.FILTERS.stream().flatMap(name -> fields.optionalText(name, OrderSearchRequest.MAX_TEXT).stream()
        .map(value -> Map.entry(name, value))).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    OrderSearch search = requests.read(given);
    return new Making(known, search, given.entrySet().stream().sorted(Map.Entry.comparingByKey())
        .map(filter -> filter.getKey() + " " + filter.getValue()).collect(Collectors.joining(", ")));
  }

  private static int after(Optional<String> text) {
    return text.filter(given -> given.matches("[0-9]{1,6}")).map(Integer::parseInt).orElse(0);
  }

  private CompletionStage<Batch> make(Making making, String operator) {
    return select(making.search(), Page.first(Page.MAX_LIMIT), new ArrayList<>(), 0)
        .thenCompose(selected -> batches.make(making.action(), making.selection(), selected.orderIds(), selected.more(), operator));
  }

  private CompletionStage<Selected> select(OrderSearch search, Page page, List<String> found, int pages) {
    return queries.find(search, page).thenCompose(result -> {
      result.orders().forEach(order -> found.add(order.orderId()));
      if (found.size() >= BatchService.MOST_ORDERS || result.next() == null || pages >= MOST_PAGES) {
        List<String> first = found.stream().distinct().limit(BatchService.MOST_ORDERS).toList();
        return CompletableFuture.completedFuture(new Selected(first, result.next() != null || found.size() > first.size()));
      }
      return select(search, Page.after(Page.cursor(result.next().at(), result.next().orderId()), page.limit()), found, pages + 1);
    });
  }
}
