package io.orderflow.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The request id that the gateway forwards and logs, in the header {@code X-Request-Id}: the client's own or a new one. */
final class RequestId {

  /** The header's name in lower case. */
  static final String HEADER = "x-request-id";
  /** Accepted client ids: short, and without characters that could forge a log line. */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:+/=@-]{1,128}");

  private RequestId() {}

  /** The request's id; a new one if the header is absent or malformed. */
  static String of(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is(HEADER) && FORM.matcher(header.value()).matches()) {
        return header.value();
      }
    }
    // Ids must be unique, not secret. This random source needs no lock.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
