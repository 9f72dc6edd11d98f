package io.orderflow.http;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Query;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The link from a page of a list to the next one ({@code Link: <…>; rel="next"}, RFC 8288), for clients that follow links instead of building URLs.
 *
 * @param parameter of the query that selects a page
 * @param value of that parameter for the next page
 */
record NextPage(String parameter, String value) {

  private static final AttributeKey<NextPage> NEXT = AttributeKey.create("next-page", NextPage.class);

  /** The response with a page of a list. Its {@code next} is the parameter's value for the next page, null on the last. */
  static HttpResponse response(Map<String, Object> list, String parameter) {
    HttpResponse response = Json.response(200, list);
    Object next = list.get("next");
    return next == null ? response : response.addAttribute(NEXT, new NextPage(parameter, next.toString()));
  }

  /** The response with the link, if it has a page that is not the last. */
  static HttpResponse linked(HttpResponse response, HttpRequest request) {
    return response.getAttribute(NEXT).map(next -> response.addHeader(RawHeader.create("Link", "<" + next.of(request) + ">; rel=\"next\"")))
        .orElse(response);
  }

  /** The request's target with another value of the parameter. */
  private String of(HttpRequest request) {
    List<Pair<String, String>> query = new ArrayList<>(request.getUri().query().toList());
    query.removeIf(pair -> pair.first().equals(parameter));
    query.add(Pair.create(parameter, value));
    return request.getUri().query(Query.create(query)).toRelative().toString();
  }
}
