package io.orderflow.http.wire;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMessage;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.scaladsl.model.headers.CustomHeader;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.orderflow.http.Problem;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * Internal header fields for values that Akka HTTP's model can't hold. Only scanners write them: a peer's own fields of these names are dropped, and
 * {@link #isInternal} keeps these from being sent.
 */
public final class WireHeaders {

  /** A message's {@code Content-Type} as sent. Akka HTTP would normalise it, or drop it. */
  static final String CONTENT_TYPE = "x-orderflow-content-type";
  /** An HTTP/2 request's target as sent. For HTTP/1.1, Akka HTTP keeps it. */
  static final String TARGET = "x-orderflow-target";
  /** Marks the replacement of a rejected request: status, code and detail. */
  static final String REFUSAL = "x-orderflow-refusal";
  /** A response's reason phrase as sent. */
  static final String REASON = "x-orderflow-reason";
  /** The {@code Content-Length} of a response without a body. */
  static final String LENGTH = "x-orderflow-content-length";

  private static final Set<String> INTERNAL = Set.of(CONTENT_TYPE, TARGET, REFUSAL, REASON, LENGTH);
  private static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

  private WireHeaders() {}

  /** Whether the name, in lower case, is an internal field. */
  public static boolean isInternal(String lowercaseName) {
    return lowercaseName.startsWith("x-orderflow-") && INTERNAL.contains(lowercaseName);
  }

  /** The message's {@code Content-Type}, octet for octet; empty if it has none. */
  public static Optional<String> contentType(HttpMessage message) {
    return value(message, CONTENT_TYPE);
  }

  /** An HTTP/2 request's target as the client sent it. */
  public static Optional<String> target(HttpMessage request) {
    return value(request, TARGET);
  }

  /** A response's reason phrase, if it is not the standard one. */
  public static Optional<String> reason(HttpMessage response) {
    return value(response, REASON);
  }

  /** The {@code Content-Length} of a response without a body. */
  public static Optional<String> bodilessLength(HttpMessage response) {
    return value(response, LENGTH);
  }

  private static Optional<String> value(HttpMessage message, String name) {
    for (HttpHeader header : message.getHeaders()) {
      if (header.is(name)) {
        return Optional.of(header.value());
      }
    }
    return Optional.empty();
  }

  static String refusal(MalformedMessage reason) {
    return reason.status() + " " + reason.code() + " " + reason.getMessage();
  }

  /** The response to a request that the scanner rejected; empty for all others. */
  public static Optional<HttpResponse> refusal(HttpRequest request) {
    return value(request, REFUSAL).map(text -> {
      String[] parts = text.split(" ", 3);
      HttpResponse answer = Problem.of(Integer.parseInt(parts[0]), parts[1], parts[2]).response();
      return parts[0].equals("405") ? answer.addHeader(new Verbatim("Allow", ALLOWED)) : answer;
    });
  }

  /** The request with the media type from its {@code Content-Type}, for routes. An unreadable type becomes {@code application/octet-stream}. */
  public static HttpRequest withMediaType(HttpRequest request) {
    Optional<String> sent = contentType(request);
    RequestEntity entity = request.entity();
    return sent.isEmpty() || entity.isKnownEmpty() ? request
        : request.withEntity((RequestEntity) entity.withContentType(mediaType(sent.get())));
  }

  private static ContentType mediaType(String sent) {
    if (sent.equalsIgnoreCase("application/json")) {
      return ContentTypes.APPLICATION_JSON;
    }
    // An empty parameter changes nothing: "application/json;".
    String text = sent.endsWith(";") ? Octets.trimmed(sent.substring(0, sent.length() - 1)) : sent;
    try {
      return ContentTypes.parse(text);
    } catch (IllegalArgumentException | NoSuchElementException unreadable) {
      return ContentTypes.APPLICATION_OCTET_STREAM;
    }
  }

  /** The entity without a media type. Akka HTTP then writes no {@code Content-Type}, and a {@link Verbatim} header can take its place. */
  public static HttpEntity withoutType(HttpEntity entity) {
    return entity.withContentType(akka.http.scaladsl.model.ContentTypes.NoContentType());
  }

  /** An entity of unknown length that isn't sent; for responses to HEAD. */
  public static ResponseEntity unsaid() {
    return HttpEntities.createCloseDelimited(akka.http.scaladsl.model.ContentTypes.NoContentType(), Source.<ByteString>empty());
  }

  /** The response to a HEAD request, with the headers of the GET response. Akka HTTP omits the length in HTTP/1.1 and sends it in HTTP/2. */
  public static HttpResponse withoutBody(HttpResponse answer) {
    HttpEntity entity = answer.entity();
    if (entity.getContentLengthOption().isEmpty() || !answer.status().allowsEntity()) {
      return answer;
    }
    return answer.addHeader(new Verbatim("Content-Length", Long.toString(entity.getContentLengthOption().getAsLong())))
        .withEntity((ResponseEntity) unsaid().withContentType(entity.getContentType()));
  }

  /** The response for HTTP/2, without a duplicate {@code Content-Length}: Akka HTTP adds one to every response that can't have a body. */
  public static HttpResponse withOneLength(HttpResponse answer) {
    return answer.status().allowsEntity() ? answer : answer.removeHeader("Content-Length");
  }

  /** A header that is sent exactly as given, also where Akka HTTP would send its own. */
  public static final class Verbatim extends CustomHeader {

    private final String name;
    private final String value;

    /** @throws IllegalArgumentException when the value contains a character that could end it */
    public Verbatim(String name, String value) {
      if (!Octets.isFieldValue(value)) {
        throw new IllegalArgumentException("a value of " + name + " contains a character that is invalid in a header");
      }
      this.name = name;
      this.value = value;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String value() {
      return value;
    }

    @Override
    public String lowercaseName() {
      return name.toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public boolean renderInRequests() {
      return true;
    }

    @Override
    public boolean renderInResponses() {
      return true;
    }
  }

  /** @throws IllegalArgumentException when a header could be read as more than one */
  public static void checkWritable(List<HttpHeader> headers) {
    for (HttpHeader header : headers) {
      if (!Octets.isFieldValue(header.value()) || !Octets.isToken(header.name())) {
        throw new IllegalArgumentException("a header contains an invalid character");
      }
    }
  }
}
