package io.orderflow.gateway;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawRequestURI;
import io.orderflow.http.Problem;
import io.orderflow.http.ProblemException;
import io.orderflow.http.wire.WireHeaders;
import java.util.regex.Pattern;

/**
 * A request's target, parsed from the client's bytes. Nothing is decoded, so the service gets the target exactly as sent.
 *
 * @param area {@code api}, {@code ops} or the node's own pages, which have no service
 * @param service the service's name; in {@code ops} the segment that follows
 * @param rest the target after the name, from its first {@code /} or {@code ?}, query included; may be empty
 */
record RequestTarget(Area area, String service, String rest) {

  enum Area { API, OPS, PAGES }

  private static final String API = "/api/";
  /** Path prefix of operators' requests. */
  static final String OPS = "/ops/";
  /** The paths of the documentation: these, and the pages below the second. */
  private static final Pattern DOCUMENTATION = Pattern.compile("/(?:openapi\\.json|docs(?:/[^?]*)?)(?:\\?.*)?");
  /** The paths of the operators' console. The first leads to the others. */
  private static final Pattern CONSOLE = Pattern.compile("/(?:console(?:/[^?]*)?)?(?:\\?.*)?");
  /** Rounds of percent-decoding that are checked for dot segments. */
  private static final int DECODINGS = 3;

  /** The path and query as the client sent them. */
  static String originForm(HttpRequest request) {
    return request.getHeader(RawRequestURI.class).map(RawRequestURI::uri).or(() -> WireHeaders.target(request)).orElseThrow();
  }

  /** Whether the rate limit applies to the target. */
  static boolean isThrottled(String target) {
    return target.startsWith(API);
  }

  /**
   * Whether the target is a page of the node itself: the API's document and its pages, which both ports serve, or the console, which only the
   * operators' port serves.
   */
  static boolean isPage(String target, boolean forOperators) {
    return !target.startsWith(API) && (DOCUMENTATION.matcher(target).matches() || forOperators && CONSOLE.matcher(target).matches());
  }

  /**
   * Parses a path and query.
   *
   * @throws ProblemException 404 if the path is none of the API, the operators or the pages; 400 if a server could read one of its
   *     segments as {@code .} or {@code ..}
   */
  static RequestTarget of(String target) {
    Area area = target.startsWith(API) ? Area.API : target.startsWith(OPS) ? Area.OPS : null;
    if (area == null) {
      if (isPage(target, true)) {
        refuseDotSegments(target.split("\\?", 2)[0]);
        return new RequestTarget(Area.PAGES, "", target);
      }
      throw Problem.NOTHING_HERE.exception();
    }
    int query = target.indexOf('?');
    int pathEnd = query < 0 ? target.length() : query;
    refuseDotSegments(target.substring(API.length() - 1, pathEnd));
    int slash = target.indexOf('/', API.length());
    int nameEnd = slash < 0 || slash > pathEnd ? pathEnd : slash;
    return new RequestTarget(area, target.substring(API.length(), nameEnd), target.substring(nameEnd));
  }

  /** The whole target as the client sent it. */
  String full() {
    return switch (area) {
      case API -> API + service + rest;
      case OPS -> OPS + service + rest;
      case PAGES -> rest;
    };
  }

  /**
   * Prevents path traversal. A service may decode the path again, read {@code \} as {@code /} or cut a segment at {@code ;}; none of these may lead
   * outside the service's path.
   */
  private static void refuseDotSegments(String path) {
    String seen = path;
    for (int round = 0; round <= DECODINGS; round++) {
      if (hasDotSegment(seen)) {
        throw Problem.of(400, "INVALID_PATH", "the path must not contain . or .. as a segment").exception();
      }
      if (seen.indexOf('%') < 0) {
        return;
      }
      seen = decoded(seen);
    }
  }

  private static boolean hasDotSegment(String path) {
    for (int i = 1; i < path.length(); i++) {
      if (path.charAt(i) == '.' && separates(path.charAt(i - 1))) {
        int next = i + 1 < path.length() && path.charAt(i + 1) == '.' ? i + 2 : i + 1;
        if (next == path.length() || separates(path.charAt(next)) || path.charAt(next) == ';') {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean separates(char c) {
    return c == '/' || c == '\\';
  }

  /** One round of percent-decoding, precise only for ASCII: each decoded byte becomes one character, and a stray % stays. */
  private static String decoded(String path) {
    StringBuilder text = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      int high = path.charAt(i) == '%' && i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(path.charAt(i + 2), 16);
      if (low < 0) {
        text.append(path.charAt(i));
      } else {
        text.append((char) (high * 16 + low));
        i += 2;
      }
    }
    return text.toString();
  }
}
