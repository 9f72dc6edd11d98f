package io.orderflow.saga;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.journal.Database;
import io.orderflow.operators.OperatorActions;
import io.orderflow.operators.Reason;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.security.Scopes;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code /ops/sagas}: lists sagas, shows one, retries failed compensations. */
public final class SagaRoutes extends Routes {

  private static final Access READERS = Access.scope(Scopes.OPS_READ);

  private final Database database;
  private final SagaDirectory sagas;
  private final OperatorActions actions;

  public SagaRoutes(Database database, SagaDirectory sagas, OperatorActions actions) {
    this.database = database;
    this.sagas = sagas;
    this.actions = actions;
  }

  /** All routes under {@code /ops/sagas}. */
  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("sagas", () -> concat(
        pathEnd(() -> get(READERS, caller -> list())),
        id("sagaId", saga -> concat(
            pathEnd(() -> get(READERS, caller -> answer(sagas.get(saga), view -> Json.response(200, view)))),
            path("retry", () -> post(Access.scope(Scopes.OPS_WRITE), caller -> extractRequest(request ->
                optionalBody(Reason::readOptional, new Reason(""), reason -> answer(
                    actions.record(OperatorActions.operator(caller, request), "retry-compensation", saga, reason.text(), () -> sagas.retry(saga, caller.actor())),
                    view -> Json.response(202, view)))))))))));
  }

  private Route list() {
    return parameterOptional("state", state -> Page.parameters(page -> {
      Optional<SagaStatus> status = state.map(SagaRoutes::state);
      return answer(database.async(connection -> SagaTable.list(connection, status, page.before(), page.beforeId(), page.limit() + 1)),
          rows -> listed(page, rows));
    }));
  }

  private static HttpResponse listed(Page page, List<Listed> rows) {
    return Page.response(page.answer("sagas", rows, Listed::startedAt, Listed::sagaId));
  }

  private static SagaStatus state(String name) {
    return Arrays.stream(SagaStatus.values()).filter(state -> state.name().equals(name)).findFirst().orElseThrow(() ->
        Problem.field("INVALID_FIELD", "state", "must be one of " + Arrays.toString(SagaStatus.values())).exception());
  }
}
