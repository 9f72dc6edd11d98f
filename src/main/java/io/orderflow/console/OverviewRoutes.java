package io.orderflow.console;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.util.Map;

/** {@code /ops/overview} and {@code /ops/nodes}: how the shop and its nodes do. */
public final class OverviewRoutes extends Routes {

  private static final Access READERS = Access.scope(Scopes.OPS_READ);

  private final Overview overview;
  private final NodeReports nodes;

  OverviewRoutes(Overview overview, NodeReports nodes) {
    this.overview = overview;
    this.nodes = nodes;
  }

  public Route routes() {
    return concat(
        path(PathMatchers.segment("ops").slash("overview"), () -> get(READERS, caller ->
            answer(overview.draw(), drawn -> Json.response(200, drawn)))),
        path(PathMatchers.segment("ops").slash("nodes"), () -> get(READERS, caller ->
            answer(nodes.views(), views -> Json.response(200, Map.of("nodes", views))))));
  }
}
