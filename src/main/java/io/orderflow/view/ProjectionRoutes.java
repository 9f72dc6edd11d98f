package io.orderflow.view;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@code /ops/projections}: how the views follow the journal, filling one again, taking up one that has stopped. */
public final class ProjectionRoutes extends Routes {

  private final Projections projections;

  public ProjectionRoutes(Projections projections) {
    this.projections = projections;
  }

  /** The routes from {@code /ops/projections} on. */
  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("projections", () -> concat(
        pathEnd(() -> get(() -> answer(projections.statuses(), statuses -> Json.response(200, Map.of("projections", statuses))))),
        id("name", name -> concat(
            path("rebuild", () -> post(() -> change(name, projections::rebuild,
                Problem.of(409, "REBUILD_RUNNING", "the projection is being rebuilt already")))),
            path("resume", () -> post(() -> change(name, projections::resume,
                Problem.of(409, "NOT_STOPPED", "the projection has not stopped")))))))));
  }

  private Route change(String name, Function<String, CompletionStage<Optional<ProjectionStatus>>> change, Problem refusal) {
    if (!projections.knows(name)) {
      return complete(Problem.of(404, "PROJECTION_NOT_FOUND", "there is no such projection").response());
    }
    return answer(change.apply(name), status -> status.map(changed -> Json.response(202, changed)).orElseGet(refusal::response));
  }
}
