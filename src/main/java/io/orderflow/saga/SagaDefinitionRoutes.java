package io.orderflow.saga;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.util.Map;

/** {@code /ops/saga-definitions}: the kinds of sagas with their steps, and how the latest went. */
public final class SagaDefinitionRoutes extends Routes {

  private final SagaStatistics statistics;

  public SagaDefinitionRoutes(SagaStatistics statistics) {
    this.statistics = statistics;
  }

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("saga-definitions"), () -> get(Access.scope(Scopes.OPS_READ), caller ->
        answer(statistics.all(), definitions -> Json.response(200, Map.of("definitions", definitions)))));
  }
}
