package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code Prefer} (RFC 7240): a list of preferences, each with an optional value and parameters, possibly quoted. */
public final class Preferences {

  private static final Pattern WAIT = Pattern.compile("\\s*wait\\s*=\\s*(\"?)([0-9]{1,9})\\1\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern NAMED_WAIT = Pattern.compile("\\s*wait\\s*(?:[=;].*)?", Pattern.CASE_INSENSITIVE);

  private Preferences() {}

  /** The duration of {@code wait=N} in seconds, at most the bound. Empty if it is absent or unreadable; the RFC says to ignore the latter. */
  public static Optional<Duration> wait(HttpRequest request, Duration bound) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("prefer")) {
        for (String preference : split(header.value())) {
          Matcher wait = WAIT.matcher(preference);
          if (wait.matches()) {
            Duration wanted = Duration.ofSeconds(Long.parseLong(wait.group(2)));
            return Optional.of(wanted.compareTo(bound) > 0 ? bound : wanted);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The request without its {@code wait} preference; other preferences stay. */
  public static HttpRequest withoutWait(HttpRequest request) {
    List<HttpHeader> headers = new ArrayList<>();
    for (HttpHeader header : request.getHeaders()) {
      if (!header.is("prefer")) {
        headers.add(header);
        continue;
      }
      List<String> left = split(header.value()).stream().filter(preference -> !NAMED_WAIT.matcher(preference).matches())
          .map(String::strip).toList();
      if (!left.isEmpty()) {
        headers.add(RawHeader.create(header.name(), String.join(", ", left)));
      }
    }
    return request.withHeaders(headers);
  }

  /** Splits a list at commas outside quotes. Within quotes, a backslash escapes the next character. */
  private static List<String> split(String list) {
    List<String> elements = new ArrayList<>(2);
    boolean quoted = false;
    int start = 0;
    for (int at = 0; at < list.length(); at++) {
      char c = list.charAt(at);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        at++;
      } else if (c == ',' && !quoted) {
        elements.add(list.substring(start, at));
        start = at + 1;
      }
    }
    elements.add(list.substring(start));
    return elements;
  }
}
