package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.japi.function.Function;
import io.orderflow.http.Problem;
import io.orderflow.http.wire.WireHeaders;
import io.orderflow.kernel.SameThread;
import java.util.concurrent.CompletionStage;

/** Serves requests with this node's own routes: a method call, no socket. */
final class LocalService implements Service {

  private final ActorSystem<?> system;
  private final boolean held;
  private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;

  LocalService(ActorSystem<?> system, Route routes, boolean held) {
    this.held = held;
    this.system = system;
    this.handler = routes.function(system);
  }

  @Override
  public boolean isHeld() {
    return held;
  }

  @Override
  public void serve(Attempt attempt) {
    Exchange exchange = attempt.exchange();
    CompletionStage<HttpResponse> handled;
    // The routes have their own time limit for bodies.
    exchange.sent();
    try {
      handled = handler.apply(WireHeaders.withMediaType(exchange.request()));
    } catch (Exception defect) {
      exchange.fail(Problem.of(defect), defect);
      return;
    }
    SameThread.answer(handled).whenComplete((answer, failure) -> {
      if (failure != null) {
        exchange.fail(Problem.of(failure), failure);
      } else if (!attempt.answer(answer)) {
        answer.discardEntityBytes(system);
      }
    });
  }
}
