package io.orderflow.console;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;

/** {@code /ops/orders/{orderId}/timeline}: one order with its calls, its money and stock, and its history. */
public final class OrderTimelineRoutes extends Routes {

  private final OrderTimeline timeline;

  OrderTimelineRoutes(OrderTimeline timeline) {
    this.timeline = timeline;
  }

  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("orders", () -> id("orderId", order -> path("timeline", () ->
        get(Access.scope(Scopes.OPS_READ), caller -> answer(timeline.of(order), found -> Json.response(200, found)))))));
  }
}
