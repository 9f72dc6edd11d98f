package io.orderflow.metrics;

import akka.actor.ExtendedActorSystem;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.directives.RouteAdapter;
import akka.http.scaladsl.server.RequestContext;
import akka.http.scaladsl.server.RouteResult;
import akka.management.cluster.ClusterHttpManagementRouteProvider;
import akka.management.scaladsl.ManagementRouteProvider;
import akka.management.scaladsl.ManagementRouteProviderSettings;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import scala.Function1;
import scala.concurrent.Future;

/**
 * {@code /cluster} on the management port: Akka Management's views, for those who may read {@code /metrics}. The stream of domain events is left
 * out: it has no end, and each client of it would keep a connection and a queue.
 */
public final class ClusterRoutes extends Routes implements ManagementRouteProvider {

  private final ExtendedActorSystem system;

  /** Akka Management creates the instance from the configuration. */
  public ClusterRoutes(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public Function1<RequestContext, Future<RouteResult>> routes(ManagementRouteProviderSettings settings) {
    Route views = RouteAdapter.asJava(ClusterHttpManagementRouteProvider.get(system).routes(settings));
    return concat(
        pathPrefix(PathMatchers.segment("cluster").slash("domain-events"), () ->
            complete(Problem.NOTHING_HERE.response())),
        pathPrefixTest("cluster", () -> any(ManagementAccess.of(system), caller -> views))).asScala();
  }
}
