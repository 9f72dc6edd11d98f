package io.orderflow.http.wire;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMessage;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.scaladsl.model.headers.CustomHeader;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.orderflow.http.Problem;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * The header fields that carry through Akka HTTP what its model has no place for. Only scanners write them: a peer's own fields of these names
 * never get in, and {@link #isInternal} keeps them from going out.
 */
public final class WireHeaders {

  /** A message's {@code Content-Type} as it was sent: Akka HTTP reads it as a type that it knows, or not at all. */
  static final String CONTENT_TYPE = "x-orderflow-content-type";
  /** A request's target as it was sent, with HTTP/2; with HTTP/1.1 Akka HTTP has it. */
  static final String TARGET = "x-orderflow-target";
  /** The address of the client, with HTTP/2. */
  static final String CLIENT = "x-orderflow-client";
  /** Stands in for a request that is refused: status, code and detail. */
  static final String REFUSAL = "x-orderflow-refusal";
  /** A response's reason phrase as it was sent. */
  static final String REASON = "x-orderflow-reason";
  /** The {@code Content-Length} of a response that has no body. */
  static final String LENGTH = "x-orderflow-content-length";

  private static final Set<String> INTERNAL = Set.of(CONTENT_TYPE, TARGET, CLIENT, REFUSAL, REASON, LENGTH);
  private static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

  private WireHeaders() {}

  /** Whether the field, in lower case, is one of these. */
  public static boolean isInternal(String lowercaseName) {
    return lowercaseName.startsWith("x-orderflow-") && INTERNAL.contains(lowercaseName);
  }

  /** The message's {@code Content-Type}, octet for octet; empty when it has none. */
  public static Optional<String> contentType(HttpMessage message) {
    return value(message, CONTENT_TYPE);
  }

  /** The target of a request of HTTP/2 as the client wrote it. */
  public static Optional<String> target(HttpMessage request) {
    return value(request, TARGET);
  }

  /** A response's reason phrase, where it is not the usual one. */
  public static Optional<String> reason(HttpMessage response) {
    return value(response, REASON);
  }

  /** The length that a response without a body speaks of. */
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

  /** The answer to a request that was refused at the door; empty for one that got in. */
  public static Optional<HttpResponse> refusal(HttpRequest request) {
    return value(request, REFUSAL).map(text -> {
      String[] parts = text.split(" ", 3);
      HttpResponse answer = Problem.of(Integer.parseInt(parts[0]), parts[1], parts[2]).response();
      return parts[0].equals("405") ? answer.addHeader(new Verbatim("Allow", ALLOWED)) : answer;
    });
  }

  static String client(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + " " + address.getPort();
  }

  /** The request with the address of its client as Akka HTTP gives it, also where Akka HTTP forgot it. */
  public static HttpRequest withClient(HttpRequest request) {
    if (request.getAttribute(AttributeKeys.remoteAddress).isPresent()) {
      return request;
    }
    return value(request, CLIENT).map(text -> request.addAttribute(AttributeKeys.remoteAddress, RemoteAddress.create(address(text)))).orElse(request);
  }

  private static InetSocketAddress address(String text) {
    int space = text.indexOf(' ');
    try {
      return new InetSocketAddress(InetAddress.getByName(text.substring(0, space)), Integer.parseInt(text.substring(space + 1)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address that is no address", impossible);
    }
  }

  /** The request with the media type that its {@code Content-Type} says, for routes; one that Akka HTTP can't read is as none. */
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
    // Before the parameters an empty one changes nothing: "application/json;".
    String text = sent.endsWith(";") ? Octets.trimmed(sent.substring(0, sent.length() - 1)) : sent;
    try {
      return ContentTypes.parse(text);
    } catch (IllegalArgumentException | NoSuchElementException unreadable) {
      return ContentTypes.APPLICATION_OCTET_STREAM;
    }
  }

  /** No type at all: Akka HTTP writes none, so that a {@link Verbatim} one can stand instead. */
  public static HttpEntity withoutType(HttpEntity entity) {
    return entity.withContentType(akka.http.scaladsl.model.ContentTypes.NoContentType());
  }

  /** A body that isn't sent, of a length that isn't said; for answers to HEAD. */
  public static ResponseEntity unsaid() {
    return HttpEntities.createCloseDelimited(akka.http.scaladsl.model.ContentTypes.NoContentType(), Source.<ByteString>empty());
  }

  /**
   * The answer to a HEAD request with the headers that a GET would get. Akka HTTP leaves out the length with HTTP/1.1 and sends it with HTTP/2.
   */
  public static HttpResponse withoutBody(HttpResponse answer) {
    HttpEntity entity = answer.entity();
    if (entity.getContentLengthOption().isEmpty() || !answer.status().allowsEntity()) {
      return answer;
    }
    return answer.addHeader(new Verbatim("Content-Length", Long.toString(entity.getContentLengthOption().getAsLong())))
        .withEntity((ResponseEntity) unsaid().withContentType(entity.getContentType()));
  }

  /** The answer for HTTP/2, where Akka HTTP writes a length for every answer that can't have a body. */
  public static HttpResponse withOneLength(HttpResponse answer) {
    return answer.status().allowsEntity() ? answer : answer.removeHeader("Content-Length");
  }

  /** A header that is written exactly so, also where Akka HTTP would rather write its own. */
  public static final class Verbatim extends CustomHeader {

    private final String name;
    private final String value;

    /** @throws IllegalArgumentException when the value could be taken for more than a value */
    public Verbatim(String name, String value) {
      if (!Octets.isFieldValue(value)) {
        throw new IllegalArgumentException("a value of " + name + " contains a character that a header can't carry");
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
        throw new IllegalArgumentException("a header contains a character that it can't carry");
      }
    }
  }
}
