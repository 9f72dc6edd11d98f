package io.orderflow.http;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.SafeText;
import io.orderflow.security.Denied;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An error response (RFC 9457), with a stable code for programs and, for an invalid value, its field.
 *
 * @param status the HTTP status
 * @param code stable, in upper case
 * @param detail one sentence for people; reveals nothing internal
 * @param field the path of the invalid field ({@code items[0].quantity}), or null
 * @param retryAfter the value of {@code Retry-After}, sent with a 503 and a 429
 * @param challenge the value of {@code WWW-Authenticate} (RFC 6750, section 3); null for none
 * @param instance the request's id as a URI reference; null while the request is not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"type", "title", "status", "detail", "instance", "code", "field"})
public record Problem(int status, String code, String detail, String field, @JsonIgnore Duration retryAfter, @JsonIgnore String challenge,
    String instance) {

  /** The code of a 503: no answer in time, or none that can be had now. The request may have taken effect. */
  public static final String SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE";
  /** The code of a 503: the part of the service that the request needs is moving to another node. What it was asked last has had no effect. */
  public static final String MOVED = Rejection.MOVED;
  /** The code of a 503: the node is shutting down and has not begun with the request. */
  public static final String NODE_LEAVING = "NODE_LEAVING";

  private static final akka.http.javadsl.model.ContentType PROBLEM_JSON =
      ContentTypes.create(MediaTypes.applicationWithFixedCharset("problem+json",
          akka.http.javadsl.model.HttpCharsets.UTF_8));

  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
  /** The problem of a response, which {@link #identified} completes. */
  private static final AttributeKey<Problem> PROBLEM = AttributeKey.create("problem", Problem.class);

  private static final int MAX_FIELD_LENGTH = 100;
  private static final int MAX_DETAIL_LENGTH = 500;
  /** The default {@code Retry-After}. */
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** The 404 of a path without a route. */
  public static final Problem NOTHING_HERE = of(404, "NOT_FOUND", "nothing exists at this path");

  /** Detail and field may contain client input of any length, so they are cut and masked here. */
  public Problem {
    detail = SafeText.masked(detail, MAX_DETAIL_LENGTH);
    field = SafeText.masked(field, MAX_FIELD_LENGTH);
  }

  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, null, RETRY_AFTER, null, null);
  }

  /** A 503 with a known {@code Retry-After}, in whole seconds. */
  public static Problem notNow(String code, String detail, Duration retryAfter) {
    return new Problem(503, code, detail, null, retryAfter, null, null);
  }

  /** A 400 about one field. */
  public static Problem field(String code, String field, String detail) {
    return new Problem(400, code, SafeText.masked(field, MAX_FIELD_LENGTH) + ": " + detail, field, RETRY_AFTER, null, null);
  }

  /** The problem for an aggregate's rejection. */
  public static Problem of(Rejection refusal) {
    int status = switch (refusal.kind()) {
      case INVALID -> 400;
      case NOT_FOUND -> 404;
      case CONFLICT -> 409;
      case UNPROCESSABLE -> 422;
      case PRECONDITION -> 412;
      case UNAVAILABLE -> 503;
    };
    return new Problem(status, refusal.code(), refusal.detail(), refusal.field().orElse(null), RETRY_AFTER, null, null);
  }

  /** The problem for a request that was denied. */
  public static Problem of(Denied denied) {
    String detail = denied.getMessage();
    return switch (denied.reason()) {
      case NO_TOKEN -> denied(401, "UNAUTHENTICATED", detail, "");
      case INVALID_TOKEN -> denied(401, "INVALID_TOKEN", detail, ", error=\"invalid_token\"");
      case INSUFFICIENT_SCOPE ->
          denied(403, "INSUFFICIENT_SCOPE", detail, ", error=\"insufficient_scope\", scope=\"" + denied.scope() + "\"");
      case KEYS_UNAVAILABLE -> of(503, SERVICE_UNAVAILABLE, detail);
      case TOO_MANY_ATTEMPTS -> new Problem(429, "TOO_MANY_DENIED_ATTEMPTS", detail, null, denied.retryAfter(), null, null);
    };
  }

  private static Problem denied(int status, String code, String detail, String error) {
    return new Problem(status, code, detail, null, RETRY_AFTER, "Bearer realm=\"orderflow\"" + error, null);
  }

  /** The problem for a failure; 500 only for unexpected ones. */
  public static Problem of(Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof ProblemException problem) {
      return problem.problem();
    }
    if (cause instanceof Denied denied) {
      return of(denied);
    }
    if (cause instanceof TimeoutException) {
      return of(503, SERVICE_UNAVAILABLE, "the service did not answer in time. The request may have succeeded: repeat it with"
          + " the same Idempotency-Key, reference or id, or check its outcome first");
    }
    return Rejection.in(cause).map(Problem::of)
        .orElseGet(() -> of(500, "INTERNAL_ERROR", "the request could not be processed"));
  }

  /** The path of the page about the kind of problem. RFC 9457 allows a relative reference; an absolute one would need a trusted name of the node. */
  @JsonProperty
  public String type() {
    return page(code);
  }

  /** The path of the page about problems of that code. */
  public static String page(String code) {
    return "/docs/problems/" + code.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The status's reason phrase. */
  @JsonProperty
  public String title() {
    return StatusCodes.lookup(status).map(akka.http.javadsl.model.StatusCode::reason).orElse("Error");
  }

  /** This problem as an exception, for use in validation. */
  public ProblemException exception() {
    return new ProblemException(this);
  }

  /** The response with the request's id in the problem, if it is one, and in {@code X-Request-Id}. */
  public static HttpResponse identified(HttpResponse response, HttpRequest request) {
    Optional<Problem> problem = response.getAttribute(PROBLEM).filter(known -> known.instance == null);
    if (problem.isEmpty()) {
      return response;
    }
    String id = RequestId.of(request);
    if (problem.get().status == 500) {
      LOG.error("Request {} was answered with 500; its failure is logged before", id);
    }
    return problem.get().about(response, id);
  }

  /** This problem as the response to the request with that id. */
  public HttpResponse response(String requestId) {
    return about(response(), requestId);
  }

  private HttpResponse about(HttpResponse response, String requestId) {
    Problem known = new Problem(status, code, detail, field, retryAfter, challenge, RequestId.asReference(requestId));
    return response.withEntity(known.entity()).addAttribute(PROBLEM, known).addHeader(RawHeader.create(RequestId.HEADER, requestId));
  }

  /** This problem as a response. The server completes it by {@link #identified}. */
  public HttpResponse response() {
    List<HttpHeader> headers = new ArrayList<>(SecurityHeaders.all());
    if (status == 503 || status == 429) {
      headers.add(RawHeader.create("Retry-After", Long.toString(retryAfter.toSeconds())));
    }
    if (challenge != null) {
      headers.add(RawHeader.create("WWW-Authenticate", challenge));
    }
    return HttpResponse.create().withStatus(status).addHeaders(headers).withEntity(entity()).addAttribute(PROBLEM, this);
  }

  private ResponseEntity entity() {
    return HttpEntities.create(PROBLEM_JSON, Json.bytes(this));
  }
}
