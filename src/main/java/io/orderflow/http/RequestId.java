package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The request id that the gateway forwards and logs, in the header {@code X-Request-Id}: the client's own or a new one. */
public final class RequestId {

  /** The header's name. */
  public static final String HEADER = "X-Request-Id";
  /** The header's name in lower case. */
  public static final String LOWERCASE_HEADER = "x-request-id";
  /** Accepted client ids: short, and without characters that could forge a log line. */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:+/=@-]{1,128}");

  private RequestId() {}

  /** The request's id; a new one if the header is absent or malformed. */
  public static String of(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is(LOWERCASE_HEADER) && FORM.matcher(header.value()).matches()) {
        return header.value();
      }
    }
    return random();
  }

  /** A new id. */
  static String random() {
    // Ids must be unique, not secret. This random source needs no lock.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** The id as a URI reference of one segment (RFC 3986, section 4.2), in which colons and slashes are encoded. */
  static String asReference(String id) {
    return id.replace(":", "%3A").replace("/", "%2F");
  }
}
