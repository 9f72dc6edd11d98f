package io.orderflow.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/**
 * Creates the response when Akka HTTP's parser fails. Akka HTTP calls it through the setting {@code parsing.error-handler}, and closes the connection
 * afterwards.
 */
public final class MalformedRequests extends ParsingErrorHandler {

  @Override
  public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    // The parser does not pass on the id that the client may have chosen.
    String id = RequestId.random();
    log.debug("Request {} could not be parsed: {}", id, error.summary());
    return problem(status.intValue()).response(id);
  }

  private static Problem problem(int status) {
    return switch (status) {
      case 413 -> Problem.of(413, "BODY_TOO_LARGE", "the body is too large");
      case 414 -> Problem.of(414, "URI_TOO_LONG", "the target is too long");
      case 431 -> Problem.of(431, "HEADERS_TOO_LARGE", "the headers are too large");
      case 501 -> Problem.of(501, "METHOD_NOT_IMPLEMENTED", "the method is not supported");
      case 505 -> Problem.of(505, "HTTP_VERSION_NOT_SUPPORTED", "the HTTP version is not supported");
      default -> Problem.of(status, "MALFORMED_REQUEST", "the request is not valid HTTP");
    };
  }
}
