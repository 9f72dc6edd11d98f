package io.orderflow.gateway;

import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigException;
import io.orderflow.http.Json;
import io.orderflow.http.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which requests may be repeated although they may have taken effect. All methods but POST that HTTP calls idempotent are; a POST is if a rule
 * for its path says by which id the service recognises a repeat, and the request has that id. Bodies are looked into only after a failure.
 */
final class RepeatRules {

  private static final String SETTING = "orderflow.gateway.hold.posts";
  private static final String ANY = "*";

  private record Rule(String[] path, Predicate<HttpRequest> hasId) {

    boolean covers(String[] segments) {
      if (segments.length != path.length) {
        return false;
      }
      for (int i = 0; i < path.length; i++) {
        if (!path[i].equals(segments[i]) && !(path[i].equals(ANY) && !segments[i].isEmpty())) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  /**
   * @param posts a rule each: a path below {@code /api/}, where {@code *} is any one segment; then, separated by a space, {@code header} or {@code body}
   *     and the name of the header or of the body's field with the id. A path alone stands for requests that are idempotent without one.
   * @throws ConfigException if a rule is malformed
   */
  RepeatRules(List<String> posts) {
    for (String post : posts) {
      String[] parts = post.strip().split("\\s+");
      if (parts.length == 1) {
        rules.add(new Rule(parts[0].split("/"), request -> true));
      } else if (parts.length == 3 && parts[1].equals("header")) {
        rules.add(new Rule(parts[0].split("/"), request -> hasHeader(request, parts[2])));
      } else if (parts.length == 3 && parts[1].equals("body")) {
        rules.add(new Rule(parts[0].split("/"), request -> hasField(request, parts[2])));
      } else {
        throw new ConfigException.BadValue(SETTING, "\"" + post + "\" is not a path, or a path with header or body and a name");
      }
    }
  }

  /** Whether the request has the same effect once or several times. */
  boolean isIdempotent(HttpRequest request, RequestTarget target) {
    return request.method().isIdempotent() || isIdempotentPost(request, target);
  }

  /**
   * Whether a second try may be made while the first may still arrive. Not so for PUT and DELETE: the first could arrive late, after a further change by
   * the same client, and undo that change.
   */
  boolean mayOverlap(HttpRequest request, RequestTarget target) {
    return isSafe(request.method()) || isIdempotentPost(request, target);
  }

  /** Whether the method changes nothing. */
  static boolean isSafe(HttpMethod method) {
    return method.equals(HttpMethods.GET) || method.equals(HttpMethods.HEAD) || method.equals(HttpMethods.OPTIONS);
  }

  private boolean isIdempotentPost(HttpRequest request, RequestTarget target) {
    if (!request.method().equals(HttpMethods.POST) || target.area() != RequestTarget.Area.API) {
      return false;
    }
    String[] segments = (target.service() + target.rest().split("\\?", 2)[0]).split("/", -1);
    return rules.stream().anyMatch(rule -> rule.covers(segments) && rule.hasId().test(request));
  }

  private static boolean hasHeader(HttpRequest request, String name) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.name().equalsIgnoreCase(name) && !header.value().isBlank()) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasField(HttpRequest request, String name) {
    if (!(request.entity() instanceof HttpEntity.Strict body)) {
      return false;
    }
    try {
      JsonNode field = Json.parse(body.getData()).path(name);
      return field.isTextual() && !field.asText().isBlank();
    } catch (ProblemException notJson) {
      return false;
    }
  }
}
