package io.orderflow.gateway;

import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpResponse;
import akka.util.ByteString;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.ProblemException;
import java.util.Optional;

/**
 * The end of a try that got no answer from the business.
 *
 * @param effect what the request may have done
 * @param response the service node's 503; null if none arrived
 * @param problem for the client if there is no response
 * @param cause for the log; null for none
 */
record Failure(Effect effect, HttpResponse response, Problem problem, Throwable cause) {

  /** What a request may have done before its try failed. It decides which requests are repeated. */
  enum Effect {
    /** Nothing of it reached a route. Any request whose body is in memory is repeated. */
    NONE,
    /** It may have taken effect. Only idempotent requests are repeated. */
    UNKNOWN,
    /** Irrelevant: the node is overloaded or shuts down, and a repeat would only add to that. */
    FINAL
  }

  private static final int MAX_PROBLEM_BYTES = 4096;

  /** A failure of the connection. */
  static Failure lost(boolean unsent, Problem problem, Throwable cause) {
    return new Failure(unsent ? Effect.NONE : Effect.UNKNOWN, null, problem, cause);
  }

  /** A failure for which the request is not repeated. */
  static Failure last(Problem problem) {
    return new Failure(Effect.FINAL, null, problem, null);
  }

  /** The failure that a service node's response to a request of this method reports; empty if the response is an answer. */
  static Optional<Failure> in(HttpResponse response, HttpMethod method) {
    if (response.status().intValue() == 503 && method.equals(HttpMethods.HEAD)) {
      // It has no body that says why.
      return Optional.of(new Failure(Effect.UNKNOWN, response, null, null));
    }
    if (response.status().intValue() != 503 || !(response.entity() instanceof HttpEntity.Strict body) || body.getData().size() > MAX_PROBLEM_BYTES) {
      return Optional.empty();
    }
    return Optional.of(new Failure(effect(body.getData()), response, null, null));
  }

  /** Whether the response has a problem that must be read before {@link #in} can tell. */
  static boolean isUnread(HttpResponse response) {
    return response.status().intValue() == 503 && response.entity() instanceof HttpEntity.Default body
        && body.getContentLengthOption().getAsLong() <= MAX_PROBLEM_BYTES;
  }

  private static Effect effect(ByteString problem) {
    try {
      return switch (Json.parse(problem).path("code").asText()) {
        case Problem.NODE_LEAVING -> Effect.NONE;
        case Problem.SERVICE_UNAVAILABLE, Problem.MOVED -> Effect.UNKNOWN;
        default -> Effect.FINAL;
      };
    } catch (ProblemException noJson) {
      return Effect.FINAL;
    }
  }

  /** Ends the exchange with this failure. */
  void end(Exchange exchange) {
    if (response != null) {
      exchange.answer(response);
    } else if (cause != null) {
      exchange.fail(problem, cause);
    } else {
      exchange.reject(problem);
    }
  }
}
