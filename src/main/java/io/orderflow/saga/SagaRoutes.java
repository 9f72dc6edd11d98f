package io.orderflow.saga;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.journal.Database;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@code /ops/sagas}: which sagas there are, one of them, and taking up failed compensations again. */
public final class SagaRoutes extends Routes {

  private final Database database;
  private final List<Sagas<?>> sagas;

  public SagaRoutes(Database database, List<Sagas<?>> sagas) {
    this.database = database;
    this.sagas = sagas;
  }

  /** The routes from {@code /ops/sagas} on. */
  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("sagas", () -> concat(
        pathEnd(() -> get(this::list)),
        id("sagaId", saga -> concat(
            pathEnd(() -> get(() -> answer(inAny(saga, 0, of -> of.get(saga)), view -> Json.response(200, view)))),
            path("retry", () -> post(() -> answer(inAny(saga, 0, of -> of.retry(saga)), view -> Json.response(202, view)))))))));
  }

  private Route list() {
    return parameterOptional("state", state -> Page.parameters(page -> {
      Optional<SagaStatus> wanted = state.map(SagaRoutes::state);
      return answer(database.async(connection -> SagaTable.list(connection, wanted, page.before(), page.beforeId(), page.limit() + 1)),
          rows -> listed(page, rows));
    }));
  }

  private static HttpResponse listed(Page page, List<Listed> rows) {
    return Json.response(200, page.answer("sagas", rows, Listed::startedAt, Listed::sagaId));
  }

  private static SagaStatus state(String name) {
    return Arrays.stream(SagaStatus.values()).filter(state -> state.name().equals(name)).findFirst().orElseThrow(() ->
        Problem.field("INVALID_FIELD", "state", "must be one of " + Arrays.toString(SagaStatus.values())).exception());
  }

  /** An id does not tell its definition, and there are few: each is asked until one knows the saga. */
  private CompletionStage<SagaView> inAny(String id, int index, Function<Sagas<?>, CompletionStage<SagaState>> call) {
    Sagas<?> asked = sagas.get(index);
    CompletionStage<SagaView> found = call.apply(asked).thenApply(progress -> SagaView.of(id, asked.name(), progress));
    if (index == sagas.size() - 1) {
      return found;
    }
    return found.exceptionallyCompose(failure ->
        Rejection.in(failure).filter(refusal -> refusal.kind() == Rejection.Kind.NOT_FOUND).isPresent()
            ? inAny(id, index + 1, call) : CompletableFuture.failedFuture(failure));
  }
}
