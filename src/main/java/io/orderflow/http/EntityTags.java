package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import io.orderflow.kernel.Precondition;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Entity tags of what several people change (RFC 9110, sections 8.8.3 and 13.1.1): {@code ETag} in responses, {@code If-Match} in requests. */
public final class EntityTags {

  private static final String IF_MATCH = "If-Match";
  /** An element of the list, and what follows it. */
  private static final Pattern ELEMENT = Pattern.compile("[ \\t]*(?:(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\")?[ \\t]*(,|$)");
  /** No tag of ours is longer, so longer ones match nothing. */
  private static final int MAX_LENGTH = 64;

  private EntityTags() {}

  /** The response with the tag of its content. */
  public static HttpResponse tagged(HttpResponse response, String tag) {
    return response.addHeader(RawHeader.create("ETag", '"' + tag + '"'));
  }

  /**
   * The condition in {@code If-Match}; empty if the request has none. Weak tags match nothing.
   *
   * @throws ProblemException 400 if it is neither {@code *} nor a list of entity tags
   */
  static Optional<Precondition> ifMatch(HttpRequest request) {
    StringBuilder list = null;
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("if-match")) {
        list = list == null ? new StringBuilder(header.value()) : list.append(',').append(header.value());
      }
    }
    if (list == null) {
      return Optional.empty();
    }
    return Optional.of(list.toString().strip().equals("*") ? Precondition.EXISTS : Precondition.oneOf(tags(list.toString())));
  }

  private static Set<String> tags(String list) {
    Set<String> strong = new HashSet<>();
    boolean found = false;
    Matcher element = ELEMENT.matcher(list);
    int at = 0;
    while (at <= list.length()) {
      if (!element.find(at) || element.start() != at) {
        throw malformed();
      }
      found |= element.group(2) != null;
      if (element.group(2) != null && element.group(1) == null && element.group(2).length() <= MAX_LENGTH) {
        strong.add(element.group(2));
      }
      at = element.end() + (element.group(3).isEmpty() ? 1 : 0);
    }
    if (!found) {
      throw malformed();
    }
    return strong;
  }

  private static ProblemException malformed() {
    return Problem.field("INVALID_FIELD", IF_MATCH, "must be * or a list of entity tags in double quotes").exception();
  }
}
