package io.orderflow.provider;

import akka.Done;
import akka.NotUsed;
import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import akka.stream.javadsl.Flow;
import io.orderflow.http.Problem;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The requests that are left without an answer on purpose, each until its client gives up. */
final class LostAnswers {

  /**
   * The requests of one connection that are in hand at once: while one waits for its answer the server listens for the next, which is
   * how it notices that the client has gone.
   */
  static final int REQUESTS_IN_HAND = 2;

  /** The most that are left waiting; one more gets a 503, from which its client learns as little. */
  private static final int MAX_WAITING = 512;
  private static final AttributeKey<Client> CLIENT = AttributeKey.create("client", Client.class);

  /** Who sent a request; the stage completes when it closes its connection. */
  private record Client(CompletableFuture<Done> gone) {}

  private final Set<CompletableFuture<HttpResponse>> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  /** One connection: requests in, the handler's answers out in the same order. */
  Flow<HttpRequest, HttpResponse, NotUsed> connection(Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    return Flow.fromMaterializer((materializer, attributes) -> {
      Client client = new Client(new CompletableFuture<>());
      return Flow.of(HttpRequest.class)
          .watchTermination((none, ended) -> ended.whenComplete((done, failure) -> client.gone().complete(Done.done())))
          .mapAsync(REQUESTS_IN_HAND, request -> handler.apply(request.addAttribute(CLIENT, client)));
    }).mapMaterializedValue(none -> NotUsed.getInstance());
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
    request.getAttribute(CLIENT).orElseThrow().gone().whenComplete((done, failure) -> answer.complete(lost()));
    return answer.whenComplete((response, failure) -> waiting.remove(answer));
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
