package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;

/** Headers that keep browsers from guessing the type of an answer, and caches from keeping it. */
public final class SecurityHeaders {

  /** The type that an answer states is its type. */
  public static final HttpHeader NO_SNIFFING = RawHeader.create("X-Content-Type-Options", "nosniff");
  private static final HttpHeader NO_STORE = RawHeader.create("Cache-Control", "no-store");
  private static final List<HttpHeader> ALL = List.of(NO_SNIFFING, NO_STORE);

  private SecurityHeaders() {}

  /** The headers of an answer that is made here. */
  static List<HttpHeader> all() {
    return ALL;
  }

  /** The answer with these headers. One that says itself how it may be cached keeps that. */
  static HttpResponse on(HttpResponse answer) {
    boolean sniffing = true;
    boolean storing = true;
    for (HttpHeader header : answer.getHeaders()) {
      sniffing &= !header.is("x-content-type-options");
      storing &= !header.is("cache-control");
    }
    if (sniffing && storing) {
      return answer.addHeaders(ALL);
    }
    HttpResponse typed = sniffing ? answer.addHeader(NO_SNIFFING) : answer;
    return storing ? typed.addHeader(NO_STORE) : typed;
  }
}
