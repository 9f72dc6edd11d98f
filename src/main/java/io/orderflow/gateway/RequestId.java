package io.orderflow.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The id that a request carries through the house, in the header {@code X-Request-Id}: the client's own or a new one. */
final class RequestId {

  /** The header's name in lower case. */
  static final String HEADER = "x-request-id";
  /** What is taken from a client: short, and nothing that could forge a line of a log. */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:+/=@-]{1,128}");

  private RequestId() {}

  /** The request's id; a new one when it has none or one that is not in the form. */
  static String of(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is(HEADER) && FORM.matcher(header.value()).matches()) {
        return header.value();
      }
    }
    // It only has to be unlike the others, not secret: this source has no lock.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
