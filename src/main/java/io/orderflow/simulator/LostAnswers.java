package io.orderflow.simulator;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Problem;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The requests that are left without an answer on purpose, each until its client gives up. */
final class LostAnswers {

  /** The most that are left waiting; one more gets a 503, from which its client learns as little. */
  private static final int MAX_WAITING = 512;

  private final ClientPresence clients;
  private final Set<CompletableFuture<HttpResponse>> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  LostAnswers(ClientPresence clients) {
    this.clients = clients;
  }

  /** No answer for as long as the client waits for one. */
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

  /** How many requests wait. */
  int waiting() {
    return waiting.size();
  }

  /** Lets nobody wait any longer. */
  void end() {
    ended = true;
    waiting.forEach(answer -> answer.complete(lost()));
  }

  private static HttpResponse lost() {
    return Problem.of(503, "SIMULATED_LOSS", "the answer was lost on purpose").response();
  }
}
