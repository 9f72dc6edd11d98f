package io.orderflow.metrics;

import akka.actor.ExtendedActorSystem;
import akka.http.javadsl.server.directives.RouteAdapter;
import akka.http.scaladsl.server.RequestContext;
import akka.http.scaladsl.server.RouteResult;
import akka.management.HealthCheckRoutes;
import akka.management.scaladsl.ManagementRouteProviderSettings;
import io.orderflow.http.Routes;
import scala.Function1;
import scala.concurrent.Future;

/** {@code /ready} and {@code /alive} on the management port: Akka Management's routes, which also answer HEAD. */
public final class HealthRoutes extends HealthCheckRoutes {

  /** Akka Management creates the instance from the configuration. */
  public HealthRoutes(ExtendedActorSystem system) {
    super(system);
  }

  @Override
  public Function1<RequestContext, Future<RouteResult>> routes(ManagementRouteProviderSettings settings) {
    return Routes.withHead(RouteAdapter.asJava(super.routes(settings))).asScala();
  }
}
