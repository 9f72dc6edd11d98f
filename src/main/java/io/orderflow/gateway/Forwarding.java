package io.orderflow.gateway;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMessage;
import akka.http.javadsl.model.HttpProtocols;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.headers.RawHeader;
import io.orderflow.http.RequestId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides which headers are forwarded: all except hop-by-hop fields. Adds the client's verified address. */
final class Forwarding {

  /** RFC 9110, section 7.6.1. The fields that {@code Connection} names are hop-by-hop as well. */
  private static final Set<String> HOP_BY_HOP = Set.of("connection", "keep-alive", "proxy-connection", "proxy-authenticate",
      "proxy-authorization", "proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings");
  /** Fields that the gateway sets or keeps to itself. A client's values are dropped, since a service would take them for the gateway's. */
  private static final Set<String> OURS = Set.of("host", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
      "forwarded", RequestId.LOWERCASE_HEADER, "raw-request-uri", "remote-address", "timeout-access", "tls-session-info");

  /** Fields that tell servers and frameworks who the client is and which URL it requested. {@code X-Forwarded-*} fields are matched by prefix. */
  private static final Set<String> IDENTITY = Set.of("x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "fastly-client-ip",
      "x-cluster-client-ip", "x-original-url", "x-original-host", "x-original-forwarded-for", "x-rewrite-url", "x-host", "x-proxyuser-ip",
      "x-remote-ip", "x-remote-addr", "client-ip", "wl-proxy-client-ip", "proxy-client-ip", "x-envoy-external-address", "x-scheme");
  private static final int MAX_TYPED = 16;
  private static volatile Map<String, HttpHeader> lastTyped = Map.of();

  private Forwarding() {}

  /**
   * The request's headers as sent to the service.
   *
   * @param id the request's id
   * @param scheme the scheme of the connection, http or https
   * @param addresses knows the trusted proxies
   */
  static List<HttpHeader> toService(HttpRequest request, String id, String scheme, ClientAddress addresses) {
    Set<String> connectionSpecific = namedByConnection(request);
    List<HttpHeader> headers = new ArrayList<>();
    String host = null;
    Optional<InetAddress> peer = peer(request);
    boolean trusted = peer.isPresent() && addresses.trusts(peer.get());
    for (HttpHeader header : request.getHeaders()) {
      String name = header.lowercaseName();
      if (name.equals("host")) {
        host = header.value();
      }
      if (header.renderInRequests() && !HOP_BY_HOP.contains(name) && !OURS.contains(name) && !connectionSpecific.contains(name)
          && !isForged(name, trusted)) {
        headers.add(header);
      }
    }
    String client = client(request, addresses);
    if (client != null) {
      headers.add(RawHeader.create("X-Forwarded-For", client));
    }
    headers.add(RawHeader.create("X-Forwarded-Proto", firstTrusted(request, trusted, "x-forwarded-proto").orElse(scheme)));
    String forwardedHost = firstTrusted(request, trusted, "x-forwarded-host").orElse(host);
    if (forwardedHost != null) {
      headers.add(RawHeader.create("X-Forwarded-Host", forwardedHost));
    }
    headers.add(RawHeader.create(RequestId.HEADER, id));
    return headers;
  }

  /** The client's address with the trusted proxies that the request came through, as services and the audit log are told; null if none is known. */
  static String client(HttpRequest request, ClientAddress addresses) {
    Optional<InetAddress> peer = peer(request);
    List<String> hops = new ArrayList<>(peer.filter(addresses::trusts).map(proxy -> values(request, "x-forwarded-for")).orElse(List.of()));
    peer.ifPresent(address -> hops.add(address.getHostAddress()));
    return hops.isEmpty() ? null : String.join(", ", hops);
  }

  /**
   * The response as sent to the client.
   *
   * @param ours headers that every response to this request carries; they replace the service's headers of the same name
   */
  static HttpResponse toClient(HttpResponse answer, List<HttpHeader> ours) {
    Set<String> connectionSpecific = namedByConnection(answer);
    List<HttpHeader> headers = new ArrayList<>(ours);
    for (HttpHeader header : answer.getHeaders()) {
      String name = header.lowercaseName();
      if (header.renderInResponses() && !HOP_BY_HOP.contains(name) && !connectionSpecific.contains(name) && !contains(ours, name)) {
        headers.add(typed(header));
      }
    }
    return answer.withHeaders(headers).withProtocol(HttpProtocols.HTTP_1_1);
  }

  /**
   * Whether the field claims a client identity that no trusted peer vouches for. CGI-like services read underscores as hyphens, so a name with
   * underscores is matched as well; no proxy sends such names.
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

  /** Akka's renderer adds its own {@code Date} and {@code Server} unless the header has the typed class. */
  private static HttpHeader typed(HttpHeader header) {
    if (!(header instanceof RawHeader) || !header.is("date") && !header.is("server")) {
      return header;
    }
    HttpHeader last = lastTyped.get(header.value());
    return last != null ? last : parsed(header);
  }

  private static HttpHeader parsed(HttpHeader header) {
    HttpHeader typed = HttpHeader.parse(header.name(), header.value());
    // A date changes each second and a service has one name, so two entries serve thousands of responses.
    lastTyped = lastTyped.size() >= MAX_TYPED ? Map.of() : lastTyped;
    Map<String, HttpHeader> known = new HashMap<>(lastTyped);
    known.put(header.value(), typed);
    lastTyped = known;
    return typed;
  }

  /** The values of {@code Connection}, in lower case. */
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

  /** The address of the directly connected peer. */
  static Optional<InetAddress> peer(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
  }

  /** The header's values, in order. */
  static List<String> values(HttpMessage message, String lowercaseName) {
    List<String> values = new ArrayList<>();
    for (HttpHeader header : message.getHeaders()) {
      if (header.is(lowercaseName)) {
        values.add(header.value());
      }
    }
    return values;
  }

  private static Optional<String> firstTrusted(HttpRequest request, boolean trusted, String lowercaseName) {
    return trusted ? values(request, lowercaseName).stream().findFirst() : Optional.empty();
  }

  private static Set<String> namedByConnection(HttpMessage message) {
    List<String> tokens = connectionTokens(message);
    return tokens.isEmpty() ? Set.of() : new HashSet<>(tokens);
  }
}
