package io.orderflow.gateway;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMessage;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What of a message's headers goes on: all but what is said between two neighbours only, with the truth about the client added. */
final class Forwarding {

  /** RFC 9110, section 7.6.1; what {@code Connection} names comes to them. */
  private static final Set<String> HOP_BY_HOP = Set.of("connection", "keep-alive", "proxy-connection", "proxy-authenticate",
      "proxy-authorization", "proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings");
  /** Ours to set or to keep: what a client wrote there would be believed to come from us. */
  private static final Set<String> OURS = Set.of("host", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
      "forwarded", RequestId.HEADER, "raw-request-uri", "remote-address", "timeout-access", "tls-session-info");

  private Forwarding() {}

  /**
   * The headers of the client's request as the service gets them.
   *
   * @param id the request's id
   */
  static List<HttpHeader> toService(HttpRequest request, String id) {
    Set<String> between = namedByConnection(request);
    List<HttpHeader> headers = new ArrayList<>();
    String host = null;
    for (HttpHeader header : request.getHeaders()) {
      String name = header.lowercaseName();
      if (name.equals("host")) {
        host = header.value();
      }
      if (header.renderInRequests() && !HOP_BY_HOP.contains(name) && !OURS.contains(name) && !between.contains(name)) {
        headers.add(header);
      }
    }
    String peer = peer(request);
    if (peer != null) {
      headers.add(RawHeader.create("X-Forwarded-For", peer));
    }
    headers.add(RawHeader.create("X-Forwarded-Proto", "http"));
    if (host != null) {
      headers.add(RawHeader.create("X-Forwarded-Host", host));
    }
    headers.add(RawHeader.create("X-Request-Id", id));
    return headers;
  }

  /** The service's answer as the client gets it. */
  static HttpResponse toClient(HttpResponse answer, String id) {
    Set<String> between = namedByConnection(answer);
    List<HttpHeader> headers = new ArrayList<>();
    for (HttpHeader header : answer.getHeaders()) {
      String name = header.lowercaseName();
      if (header.renderInResponses() && !HOP_BY_HOP.contains(name) && !between.contains(name) && !name.equals(RequestId.HEADER)) {
        headers.add(header);
      }
    }
    headers.add(RawHeader.create("X-Request-Id", id));
    return answer.withHeaders(headers);
  }

  /** The address of who is connected to us; null when it is not known. */
  private static String peer(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(akka.http.javadsl.model.RemoteAddress::getAddress)
        .map(InetAddress::getHostAddress).orElse(null);
  }

  private static Set<String> namedByConnection(HttpMessage message) {
    Set<String> named = Set.of();
    for (HttpHeader header : message.getHeaders()) {
      if (header.is("connection")) {
        for (String token : header.value().split(",")) {
          String name = token.strip().toLowerCase(Locale.ROOT);
          if (!HOP_BY_HOP.contains(name) && !name.equals("close")) {
            named = named.isEmpty() ? new HashSet<>() : named;
            named.add(name);
          }
        }
      }
    }
    return named;
  }
}
