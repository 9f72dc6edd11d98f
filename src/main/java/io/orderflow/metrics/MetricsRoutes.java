package io.orderflow.metrics;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.ManagementRouteProvider;
import akka.management.javadsl.ManagementRouteProviderSettings;
import io.orderflow.http.Access;
import io.orderflow.http.Routes;

/** {@code /metrics} on the management port: for operators, and for everybody on this machine if nothing else reaches the port. */
public final class MetricsRoutes extends Routes implements ManagementRouteProvider {

  private final ActorSystem<?> system;
  private final Access access;

  /** Akka Management creates the instance from the configuration. */
  public MetricsRoutes(ExtendedActorSystem system) {
    this.system = Adapter.toTyped(system);
    this.access = ManagementAccess.of(system);
  }

  @Override
  public Route routes(ManagementRouteProviderSettings settings) {
    return path("metrics", () -> get(access, caller ->
        complete(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, Meters.scrape(system)))));
  }
}
