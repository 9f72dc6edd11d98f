package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import java.util.List;

/** {@code /ops/breakers}: the breaker of this node before the payment provider. */
public final class BreakerRoutes extends Routes {

  private final PaymentProvider provider;

  public BreakerRoutes(PaymentProvider provider) {
    this.provider = provider;
  }

  /** The route {@code /ops/breakers}. */
  public Route routes() {
    return pathPrefix("ops", () -> path("breakers", () -> get(() -> complete(Json.response(200, List.of(provider.snapshot()))))));
  }
}
