package io.orderflow.http.wire;

import akka.util.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Scans a client's bytes: HTTP/1.1, and HTTP/2 from its preface on. Each request is passed on with its framing rewritten. A rejected request is
 * replaced with an internal request, so that its response is sent in order; nothing after it on the connection is read.
 */
final class RequestScanner implements Scanner {

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\n";
  /** RFC 9112, section 2.2: a server should ignore at least one empty line before a request. */
  private static final int MAX_EMPTY_LINE_BYTES = 16;

  private final RequestRules rules;
  private final ClientLink link;
  private final IntConsumer reset;
  private final HeadBuffer head;
  private BodyScanner body = BodyScanner.none();
  private Http2Scanner http2;
  private boolean mayBecomeHttp2 = true;
  private boolean refused;
  private int emptyLineBytes;
  private long completed;

  /**
   * A scanner for one connection.
   *
   * @param link shared with the scanner of the other direction
   * @param reset called with the number of each HTTP/2 stream that the client resets
   */
  RequestScanner(RequestRules rules, ClientLink link, IntConsumer reset) {
    this.link = link;
    this.rules = rules;
    this.reset = reset;
    this.head = new HeadBuffer(rules.limits().headBytes());
  }

  @Override
  public boolean isIncomplete() {
    return http2 != null ? http2.isIncomplete() : !refused && (!head.isEmpty() || emptyLineBytes > 0 || !body.isDone() && body.isWithinLine());
  }

  @Override
  public boolean isEnded() {
    return refused || http2 != null && http2.isEnded();
  }

  @Override
  public long completed() {
    return http2 != null ? http2.completed() : completed + body.linesRead();
  }

  @Override
  public ByteString timedOut() {
    if (http2 != null) {
      return http2.fail();
    }
    if (!body.isDone()) {
      refused = true;
      return BodyScanner.brokenChunk();
    }
    return refusal(new MalformedMessage(408, "REQUEST_TIMEOUT", "the headers did not arrive in time"));
  }

  @Override
  public ByteString scan(ByteString in) {
    Output out = new Output();
    int at = 0;
    while (at < in.size() && !refused) {
      if (http2 != null) {
        out.add(http2.scan(in.drop(at)));
        break;
      }
      at += body.isDone() ? head(in, at, out) : body(in, at, out);
    }
    return out.bytes();
  }

  private int body(ByteString in, int from, Output out) {
    try {
      return body.scan(in, from, out);
    } catch (MalformedMessage malformed) {
      refused = true;
      out.add(BodyScanner.brokenChunk());
      return 0;
    }
  }

  private int head(ByteString in, int from, Output out) {
    int at = from;
    try {
      while (head.isEmpty() && at < in.size() && (in.apply(at) == '\r' || in.apply(at) == '\n')) {
        if (++emptyLineBytes > MAX_EMPTY_LINE_BYTES) {
          throw MalformedMessage.because("there are too many empty lines before the request");
        }
        at++;
      }
      at += head.take(in, at);
      if (head.isComplete()) {
        complete(out);
        head.clear();
        emptyLineBytes = 0;
        completed++;
      }
    } catch (MalformedMessage malformed) {
      out.add(refusal(malformed));
    }
    return at - from;
  }

  private void complete(Output out) throws MalformedMessage {
    if (mayBecomeHttp2 && head.size() == PREFACE.length()
        && new String(head.bytes(), 0, head.size(), StandardCharsets.ISO_8859_1).equals(PREFACE)) {
      http2 = new Http2Scanner(rules, link, reset);
      out.add(ByteString.fromString(PREFACE));
      return;
    }
    mayBecomeHttp2 = false;
    out.add(request(MessageHead.read(head.bytes(), head.size(), rules.limits())));
  }

  private ByteString request(MessageHead read) throws MalformedMessage {
    String line = read.startLine();
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    if (first <= 0 || last == first) {
      throw MalformedMessage.because("the request line must be a method, a target and a version");
    }
    String method = line.substring(0, first);
    String target = line.substring(first + 1, last);
    boolean old = isHttp10(line.substring(last + 1));
    rules.checkMethod(method);
    List<Field> fields = read.fields();
    rules.checkNames(fields);
    List<String> hosts = MessageHead.values(fields, "host");
    if (hosts.size() > 1 || hosts.isEmpty() && !old) {
      throw MalformedMessage.because("there must be exactly one Host");
    }
    String host = hosts.isEmpty() ? null : hosts.get(0);
    if (host != null) {
      rules.checkAuthority(host);
    }
    if (target.length() > rules.limits().targetBytes()) {
      throw RequestRules.targetTooLong();
    }
    String[] absolute = rules.absolute(method, target);
    if (absolute != null) {
      // RFC 9112, section 3.2.2: the target's host overrides Host.
      host = absolute[0];
      target = absolute[1];
    }
    rules.checkTarget(method, target);
    frame(method, old, fields);
    return render(method, target, old, host, fields);
  }

  private static boolean isHttp10(String version) throws MalformedMessage {
    boolean form = version.length() == 8 && version.startsWith("HTTP/") && version.charAt(6) == '.'
        && Character.isDigit(version.charAt(5)) && Character.isDigit(version.charAt(7));
    if (!form) {
      throw MalformedMessage.because("the request line must end with an HTTP version");
    }
    if (version.charAt(5) != '1') {
      throw new MalformedMessage(505, "HTTP_VERSION_NOT_SUPPORTED", "the HTTP version is not supported");
    }
    return version.charAt(7) == '0';
  }

  private void frame(String method, boolean old, List<Field> fields) throws MalformedMessage {
    boolean chunked = MessageHead.isChunked(fields);
    long length = MessageHead.contentLength(fields);
    if (chunked && (length >= 0 || old)) {
      throw MalformedMessage.because("a chunked body must not have a Content-Length, nor be sent with HTTP/1.0");
    }
    if (method.equals("HEAD") && (chunked || length > 0)) {
      throw MalformedMessage.because("a HEAD request must have no body");
    }
    body = chunked ? BodyScanner.chunked() : BodyScanner.ofLength(Math.max(0, length));
  }

  private ByteString render(String method, String target, boolean old, String host, List<Field> fields) {
    StringBuilder text = new StringBuilder(512).append(method).append(' ').append(target).append(old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    if (host != null) {
      append(text, "Host", host);
    }
    for (Field field : fields) {
      switch (field.lowercaseName()) {
        case "host" -> { }
        case "content-type" -> append(text, WireHeaders.CONTENT_TYPE, field.value());
        // RFC 7540, section 3.2, which RFC 9113 has dropped: a server may ignore the wish to go on with HTTP/2. Akka HTTP drops the response to
        // the first request if a second one comes before it, and Java's client loses frames that follow the upgrade at once.
        case "upgrade", "http2-settings" -> { }
        default -> append(text, WireHeaders.isInternal(field.lowercaseName()) ? null : field.name(), field.value());
      }
    }
    // Akka HTTP decodes UTF-8 and writes each character as its low byte, so each octet encoded as a character is sent unchanged.
    return ByteString.fromArrayUnsafe(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void append(StringBuilder text, String name, String value) {
    if (name != null) {
      text.append(name).append(": ").append(value).append("\r\n");
    }
  }

  private ByteString refusal(MalformedMessage reason) {
    refused = true;
    boolean head = this.head.size() >= 5 && new String(this.head.bytes(), 0, 5, StandardCharsets.ISO_8859_1).equals("HEAD ");
    return ByteString.fromString((head ? "HEAD" : "GET") + " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + WireHeaders.REFUSAL + ": " + WireHeaders.refusal(reason) + "\r\n\r\n");
  }
}
