package io.orderflow.simulator;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Problem;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps requests without a response on purpose, each until its client gives up. */
final class LostAnswers {

  /** The most unanswered requests. Any further request gets a 503, which also leaves its client in doubt. */
  private static final int MAX_WAITING = 512;

  private final ClientPresence clients;
  private final Set<CompletableFuture<HttpResponse>> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  LostAnswers(ClientPresence clients) {
    this.clients = clients;
  }

  /** A response that does not come while the client waits. */
  CompletionStage<HttpResponse> of(HttpRequest request) {
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    if (waiting.size() >= MAX_WAITING) {
      answer.complete(lost());
      return answer;
    }
    waiting.add(answer);
    if (ended) {
      answer.complete(lost());
    }
    Runnable served = clients.watch(request, () -> answer.complete(lost()));
    return answer.whenComplete((response, failure) -> {
      served.run();
      waiting.remove(answer);
    });
  }

  /** The number of unanswered requests. */
  int waiting() {
    return waiting.size();
  }

  /** Ends all waiting requests, and any later one at once. */
  void end() {
    ended = true;
    waiting.forEach(answer -> answer.complete(lost()));
  }

  private static HttpResponse lost() {
    return Problem.of(503, "SIMULATED_LOSS", "the answer was lost on purpose").response();
  }
}
