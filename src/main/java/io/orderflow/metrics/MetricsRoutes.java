package io.orderflow.metrics;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.ManagementRouteProvider;
import akka.management.javadsl.ManagementRouteProviderSettings;
import io.orderflow.http.Routes;

/** {@code /metrics} on the management port. */
public final class MetricsRoutes implements ManagementRouteProvider {

  private final ActorSystem<?> system;

  /** Akka Management creates the instance from the configuration. */
  public MetricsRoutes(ExtendedActorSystem system) {
    this.system = Adapter.toTyped(system);
  }

  @Override
  public Route routes(ManagementRouteProviderSettings settings) {
    return Routes.withHead(Directives.path("metrics", () -> Directives.get(() ->
        Directives.complete(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, Meters.scrape(system))))));
  }
}
