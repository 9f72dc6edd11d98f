package io.orderflow.gateway;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMessage;
import akka.http.javadsl.model.HttpProtocols;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.headers.RawHeader;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What of a message's headers goes on: all but what is said between two neighbours only, with the truth about the client added. */
final class Forwarding {

  /** RFC 9110, section 7.6.1; what {@code Connection} names comes to them. */
  private static final Set<String> HOP_BY_HOP = Set.of("connection", "keep-alive", "proxy-connection", "proxy-authenticate",
      "proxy-authorization", "proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings");
  /** Ours to set or to keep: what a client wrote there would be believed to come from us. */
  private static final Set<String> OURS = Set.of("host", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
      "forwarded", RequestId.HEADER, "raw-request-uri", "remote-address", "timeout-access", "tls-session-info");

  /** By these, servers and frameworks are told who the client is and what it asked for; with X-Forwarded-*, which are more. */
  private static final Set<String> IDENTITY = Set.of("x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip",
      "x-cluster-client-ip", "x-original-url", "x-original-host", "x-original-forwarded-for", "x-rewrite-url", "x-host", "x-proxyuser-ip",
      "x-remote-ip", "x-remote-addr", "client-ip", "wl-proxy-client-ip", "proxy-client-ip", "x-envoy-external-address", "x-scheme");
  private static final int MAX_TYPED = 16;
  private static volatile Map<String, HttpHeader> lastTyped = Map.of();

  private Forwarding() {}

  /**
   * The headers of the client's request as the service gets them.
   *
   * @param id the request's id
   * @param addresses whose word about their clients is believed
   */
  static List<HttpHeader> toService(HttpRequest request, String id, ClientAddress addresses) {
    Set<String> between = namedByConnection(request);
    List<HttpHeader> headers = new ArrayList<>();
    String host = null;
    Optional<InetAddress> peer = peer(request);
    boolean trusted = peer.isPresent() && addresses.trusts(peer.get());
    for (HttpHeader header : request.getHeaders()) {
      String name = header.lowercaseName();
      if (name.equals("host")) {
        host = header.value();
      }
      if (header.renderInRequests() && !HOP_BY_HOP.contains(name) && !OURS.contains(name) && !between.contains(name)
          && !isForged(name, trusted)) {
        headers.add(header);
      }
    }
    List<String> way = new ArrayList<>(trusted ? values(request, "x-forwarded-for") : List.of());
    peer.ifPresent(address -> way.add(address.getHostAddress()));
    if (!way.isEmpty()) {
      headers.add(RawHeader.create("X-Forwarded-For", String.join(", ", way)));
    }
    headers.add(RawHeader.create("X-Forwarded-Proto", said(request, trusted, "x-forwarded-proto").orElse("http")));
    String asked = said(request, trusted, "x-forwarded-host").orElse(host);
    if (asked != null) {
      headers.add(RawHeader.create("X-Forwarded-Host", asked));
    }
    headers.add(RawHeader.create("X-Request-Id", id));
    return headers;
  }

  /**
   * An answer as the client gets it.
   *
   * @param ours what every answer to this request carries, in place of what the service says under those names
   */
  static HttpResponse toClient(HttpResponse answer, List<HttpHeader> ours) {
    Set<String> between = namedByConnection(answer);
    List<HttpHeader> headers = new ArrayList<>(ours);
    for (HttpHeader header : answer.getHeaders()) {
      String name = header.lowercaseName();
      if (header.renderInResponses() && !HOP_BY_HOP.contains(name) && !between.contains(name) && !contains(ours, name)) {
        headers.add(typed(header));
      }
    }
    return answer.withHeaders(headers).withProtocol(HttpProtocols.HTTP_1_1);
  }

  /**
   * Whether the field would tell a service who the client is without anyone to be believed. With an underscore it is what a CGI-like service
   * takes for the field with hyphens, which no proxy writes.
   */
  private static boolean isForged(String name, boolean trusted) {
    boolean underscored = name.indexOf('_') >= 0;
    if (trusted && !underscored) {
      return false;
    }
    String seen = name.replace('_', '-');
    return seen.startsWith("x-forwarded-") || IDENTITY.contains(seen) || underscored && OURS.contains(seen);
  }

  private static boolean contains(List<HttpHeader> headers, String name) {
    for (HttpHeader header : headers) {
      if (header.is(name)) {
        return true;
      }
    }
    return false;
  }

  /** Akka's renderer would put its own {@code Date} and {@code Server} beside one that it does not know as such. */
  private static HttpHeader typed(HttpHeader header) {
    if (!(header instanceof RawHeader) || !header.is("date") && !header.is("server")) {
      return header;
    }
    HttpHeader last = lastTyped.get(header.value());
    return last != null ? last : parsed(header);
  }

  private static HttpHeader parsed(HttpHeader header) {
    HttpHeader typed = HttpHeader.parse(header.name(), header.value());
    // A date is new each second and a service has one name: two entries serve thousands of answers.
    lastTyped = lastTyped.size() >= MAX_TYPED ? Map.of() : lastTyped;
    Map<String, HttpHeader> known = new HashMap<>(lastTyped);
    known.put(header.value(), typed);
    lastTyped = known;
    return typed;
  }

  /** What {@code Connection} says, in lower case. */
  static List<String> connectionTokens(HttpMessage message) {
    List<String> tokens = List.of();
    for (HttpHeader header : message.getHeaders()) {
      if (header.is("connection")) {
        tokens = tokens.isEmpty() ? new ArrayList<>() : tokens;
        for (String token : header.value().split(",")) {
          tokens.add(token.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    return tokens;
  }

  /** The address of who is connected to us. */
  static Optional<InetAddress> peer(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
  }

  /** A header's values, in order. */
  static List<String> values(HttpMessage message, String lowercaseName) {
    List<String> values = new ArrayList<>();
    for (HttpHeader header : message.getHeaders()) {
      if (header.is(lowercaseName)) {
        values.add(header.value());
      }
    }
    return values;
  }

  private static Optional<String> said(HttpRequest request, boolean trusted, String lowercaseName) {
    return trusted ? values(request, lowercaseName).stream().findFirst() : Optional.empty();
  }

  private static Set<String> namedByConnection(HttpMessage message) {
    List<String> tokens = connectionTokens(message);
    return tokens.isEmpty() ? Set.of() : new HashSet<>(tokens);
  }
}
