package io.orderflow.http.wire;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules for requests, the same for HTTP/1.1 and HTTP/2, checked before a request is processed. */
final class RequestRules {

  /** RFC 9112, section 3.2: a host and an optional port, without user information. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:\\[[0-9A-Fa-f:.]{2,45}(?:%25[0-9A-Za-z._~-]{1,32})?]|[A-Za-z0-9._~!$&'()*+,;=%-]{0,255})(?::[0-9]{0,5})?");
  private static final Pattern SCHEME = Pattern.compile("https?://", Pattern.CASE_INSENSITIVE);
  /**
   * Fields that determine a message's end and its receiver. Their names must not be spelled with an underscore: CGI-like services read it as a
   * hyphen.
   */
  private static final Set<String> DECISIVE = Set.of("content-length", "transfer-encoding", "host", "content-type", "connection");

  /**
   * Fields that must not be repeated, because this node or a service decides by their value. One reader takes the first of two values and another the
   * last, so they would see different requests. {@code Content-Length} and {@code Host} are checked where they are read.
   */
  private static final List<String> SINGLE = List.of("content-type", "authorization", "idempotency-key", "origin", "sec-fetch-site");

  private final Set<String> methods;
  private final Limits limits;
  /** The last that was valid: the clients of a server name it alike. */
  private volatile String validAuthority = "";

  /** @param methods the supported methods; others are rejected with 501 */
  RequestRules(Set<String> methods, Limits limits) {
    this.methods = methods;
    this.limits = limits;
  }

  Limits limits() {
    return limits;
  }

  /** @throws MalformedMessage 405 for CONNECT and TRACE, which no service behind a gateway needs; 501 for an unknown method */
  void checkMethod(String method) throws MalformedMessage {
    if (!Octets.isToken(method)) {
      throw MalformedMessage.because("the method must be a token");
    }
    if (method.equals("CONNECT") || method.equals("TRACE")) {
      throw new MalformedMessage(405, "METHOD_NOT_ALLOWED", "the method is not allowed");
    }
    if (!methods.contains(method)) {
      throw new MalformedMessage(501, "METHOD_NOT_IMPLEMENTED", "the method is not supported");
    }
  }

  /** Checks a target in origin form, or the asterisk of OPTIONS. */
  void checkTarget(String method, String target) throws MalformedMessage {
    if (target.length() > limits.targetBytes()) {
      throw targetTooLong();
    }
    boolean asterisk = target.equals("*") && method.equals("OPTIONS");
    if (!Octets.isVisibleAscii(target) || target.indexOf('#') >= 0 || !target.startsWith("/") && !asterisk) {
      throw MalformedMessage.because("the target must be a path of visible ASCII characters");
    }
  }

  static MalformedMessage targetTooLong() {
    return new MalformedMessage(414, "URI_TOO_LONG", "the target is too long");
  }

  void checkAuthority(String authority) throws MalformedMessage {
    if (authority.equals(validAuthority)) {
      return;
    }
    if (!AUTHORITY.matcher(authority).matches()) {
      throw MalformedMessage.because("Host must be a host with an optional port");
    }
    validAuthority = authority;
  }

  void checkNames(List<Field> fields) throws MalformedMessage {
    for (Field field : fields) {
      if (field.lowercaseName().indexOf('_') >= 0 && DECISIVE.contains(field.lowercaseName().replace('_', '-'))) {
        throw MalformedMessage.because("a header name must not imitate another with an underscore");
      }
    }
    for (String single : SINGLE) {
      if (MessageHead.values(fields, single).size() > 1) {
        throw MalformedMessage.because(single + " must not be repeated");
      }
    }
  }

  /** Splits an absolute target into its authority and its origin form; null if the target is not absolute. */
  String[] absolute(String method, String target) throws MalformedMessage {
    var scheme = SCHEME.matcher(target);
    if (!scheme.lookingAt()) {
      return null;
    }
    int start = scheme.end();
    int end = start;
    while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    String authority = target.substring(start, end);
    if (authority.isEmpty()) {
      throw MalformedMessage.because("an absolute target must name a host");
    }
    checkAuthority(authority);
    String rest = target.substring(end);
    if (rest.isEmpty()) {
      return new String[] {authority, method.equals("OPTIONS") ? "*" : "/"};
    }
    return new String[] {authority, rest.startsWith("/") ? rest : "/" + rest};
  }
}
