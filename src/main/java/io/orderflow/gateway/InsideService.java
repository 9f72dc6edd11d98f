package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.japi.function.Function;
import java.util.concurrent.CompletionStage;

/** The services of this very node: their routes are called, no socket lies between. */
final class InsideService implements Service {

  private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;

  InsideService(ActorSystem<?> system, Route routes) {
    this.handler = routes.function(system);
  }

  @Override
  public CompletionStage<HttpResponse> call(HttpRequest request, RequestTarget target) {
    try {
      return handler.apply(request);
    } catch (Exception defect) {
      return java.util.concurrent.CompletableFuture.failedStage(defect);
    }
  }
}
