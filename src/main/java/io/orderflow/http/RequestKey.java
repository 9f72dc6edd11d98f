package io.orderflow.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import io.orderflow.kernel.Ids;
import io.orderflow.security.Caller;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The idempotency key of a request (draft-ietf-httpapi-idempotency-key-header-07), in the namespace of its caller: nobody meets the keys of others.
 *
 * @param namespace of the caller; empty in open mode
 * @param text the key without its quotes
 */
public record RequestKey(Optional<String> namespace, String text) {

  private static final String HEADER = "Idempotency-Key";
  private static final String FORM = "must be 1 to 255 visible ASCII characters without quotes and backslashes, or a string in double quotes (RFC 9651)";
  private static final Pattern BARE = Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}");
  /** A string of structured fields (RFC 9651, section 3.3.3). */
  private static final Pattern QUOTED = Pattern.compile("\"((?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\"\\\\]){1,255})\"");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

  /**
   * The request's key; empty if it has none.
   *
   * @throws ProblemException 400 if the key is malformed, empty or too long, or there are several
   */
  static Optional<RequestKey> of(HttpRequest request, Caller caller) {
    return text(request).map(text -> new RequestKey(caller.namespace(), text));
  }

  /** The request's key alone, as {@link #of} reads it. */
  static Optional<String> text(HttpRequest request) {
    HttpHeader found = null;
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("idempotency-key")) {
        if (found != null) {
          throw Problem.field("INVALID_FIELD", HEADER, "must not be repeated").exception();
        }
        found = header;
      }
    }
    return Optional.ofNullable(found).map(header -> text(header.value()));
  }

  private static String text(String value) {
    if (BARE.matcher(value).matches()) {
      return value;
    }
    Matcher quoted = QUOTED.matcher(value);
    if (!quoted.matches()) {
      throw Problem.field("INVALID_FIELD", HEADER, FORM).exception();
    }
    return ESCAPE.matcher(quoted.group(1)).replaceAll("$1");
  }

  /**
   * The id of the thing of that kind that the key stands for: the same for the same key, and for no key of another caller.
   *
   * @param parts that distinguish things of this kind under one key, such as the id of an account; without {@code |}
   */
  public String named(String kind, String... parts) {
    String[] all = new String[parts.length + (namespace.isPresent() ? 2 : 1)];
    namespace.ifPresent(caller -> all[0] = caller);
    System.arraycopy(parts, 0, all, all.length - 1 - parts.length, parts.length);
    all[all.length - 1] = text;
    return Ids.named(namespace.isPresent() ? kind + "-of" : kind, all);
  }

  /** The name by which an aggregate remembers the key. It can't be the reference of a client, which begins with a letter or a digit. */
  public String remembered() {
    return "#" + named("remembered");
  }
}
