package io.orderflow.http.wire;

import akka.http.scaladsl.model.IllegalUriException;
import akka.http.scaladsl.model.Uri;
import akka.http.scaladsl.model.Uri$;
import akka.http.shaded.com.twitter.hpack.Decoder;
import akka.parboiled2.ParserInput;
import akka.util.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Decodes the header blocks of one HTTP/2 connection, applies the rules for HTTP/1.1 requests to them, and re-encodes them without compression. Akka
 * HTTP's decoder stops in the middle of a block at an invalid header, and then misreads all later blocks.
 */
final class Http2Headers {

  private static final int MAX_TABLE_BYTES = 4096;
  private static final Set<String> OF_A_CONNECTION =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings");

  /**
   * A request's re-encoded headers.
   *
   * @param length the body's length; -1 if the request does not state it
   */
  record Request(ByteString block, long length) {}

  /** The pseudo-header fields; null where one is missing. */
  private static final class Pseudo {
    private String method;
    private String scheme;
    private String authority;
    private String path;
  }

  private final RequestRules rules;
  private final Decoder decoder;
  private List<Field> fields = new ArrayList<>();

  Http2Headers(RequestRules rules) {
    this.rules = rules;
    this.decoder = new Decoder(rules.limits().headBytes(), MAX_TABLE_BYTES);
  }

  /** Decodes a block only to keep the decoder's state in step with the client's encoder. */
  void skip(ByteString block) throws MalformedMessage {
    decode(block);
  }

  /**
   * Decodes a request's block. A request that breaks a rule is replaced with an internal rejection request.
   *
   * @throws MalformedMessage when the block can't be decoded; later blocks can't be decoded either
   */
  Request request(ByteString block, boolean endStream) throws MalformedMessage {
    boolean complete = decode(block);
    Pseudo pseudo = new Pseudo();
    try {
      if (!complete) {
        throw MessageHead.tooLarge();
      }
      List<Field> regular = regular(pseudo);
      long length = check(pseudo, regular, endStream);
      return new Request(render(pseudo, regular), length);
    } catch (MalformedMessage refused) {
      return new Request(refusal(pseudo, refused), -1);
    }
  }

  /** @return false if the block was truncated because it is too large */
  private boolean decode(ByteString block) throws MalformedMessage {
    fields = new ArrayList<>(16);
    ByteArrayInputStream in = new ByteArrayInputStream(block.toArray());
    try {
      decoder.decode(in, (name, value, parsed, sensitive) -> {
        fields.add(new Field(name, name, value));
        return null;
      });
    } catch (IOException malformed) {
      throw MalformedMessage.because("a header block can't be decoded");
    }
    boolean truncated = decoder.endHeaderBlock();
    if (in.available() > 0) {
      throw MalformedMessage.because("a header block ends in the middle of a field");
    }
    return !truncated;
  }

  private List<Field> regular(Pseudo pseudo) throws MalformedMessage {
    List<Field> regular = new ArrayList<>(fields.size());
    StringBuilder cookies = null;
    for (Field field : fields) {
      if (field.name().startsWith(":")) {
        if (!regular.isEmpty() || cookies != null) {
          throw MalformedMessage.because("pseudo-header fields must come first");
        }
        take(pseudo, field);
      } else if (field.is("cookie")) {
        // RFC 9113, section 8.2.3: Cookie may be split into several fields.
        cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
        cookies.append(field.value());
      } else {
        regular.add(field);
      }
    }
    if (cookies != null) {
      regular.add(Field.of("cookie", cookies.toString()));
    }
    return regular;
  }

  private static void take(Pseudo pseudo, Field field) throws MalformedMessage {
    String before;
    switch (field.name()) {
      case ":method" -> {
        before = pseudo.method;
        pseudo.method = field.value();
      }
      case ":scheme" -> {
        before = pseudo.scheme;
        pseudo.scheme = field.value();
      }
      case ":authority" -> {
        before = pseudo.authority;
        pseudo.authority = field.value();
      }
      case ":path" -> {
        before = pseudo.path;
        pseudo.path = field.value();
      }
      default -> throw MalformedMessage.because("an unknown pseudo-header field was sent");
    }
    if (before != null) {
      throw MalformedMessage.because("a pseudo-header field must not be repeated");
    }
  }

  /** @return the body's length; -1 if the request does not state it */
  private long check(Pseudo pseudo, List<Field> regular, boolean endStream) throws MalformedMessage {
    if (pseudo.method == null) {
      throw MalformedMessage.because("the method is missing");
    }
    rules.checkMethod(pseudo.method);
    if (pseudo.scheme == null || pseudo.path == null) {
      throw MalformedMessage.because("the scheme or the path is missing");
    }
    rules.checkTarget(pseudo.method, pseudo.path);
    checkParses(pseudo.path);
    checkFields(regular);
    rules.checkNames(regular);
    checkHost(pseudo, MessageHead.values(regular, "host"));
    long length = MessageHead.contentLength(regular);
    if (endStream && length > 0) {
      throw MalformedMessage.because("the body's length differs from Content-Length");
    }
    if (pseudo.method.equals("HEAD") && !endStream) {
      throw MalformedMessage.because("a HEAD request must have no body");
    }
    return length;
  }

  /** Akka HTTP parses the path with this function, and stops decoding the connection's headers when it fails. */
  private static void checkParses(String path) throws MalformedMessage {
    try {
      Uri$.MODULE$.parseHttp2PathPseudoHeader(ParserInput.apply(path), StandardCharsets.UTF_8, Uri.ParsingMode$.MODULE$.apply("relaxed"));
    } catch (IllegalUriException malformed) {
      throw MalformedMessage.because("the target is malformed");
    }
  }

  private void checkFields(List<Field> regular) throws MalformedMessage {
    if (regular.size() > rules.limits().fields()) {
      throw MessageHead.tooLarge();
    }
    for (Field field : regular) {
      String value = field.value();
      if (rules.limits().isTooLong(field.name()) || rules.limits().isTooLong(value)) {
        throw MessageHead.tooLarge();
      }
      if (!Octets.isToken(field.name()) || !field.name().equals(field.name().toLowerCase(Locale.ROOT))) {
        throw MalformedMessage.because("a header name must be a token in lower case");
      }
      if (!Octets.isFieldValue(value) || !Octets.trimmed(value).equals(value)) {
        throw MalformedMessage.because("a header value must not contain control characters, nor begin or end with a space");
      }
      if (OF_A_CONNECTION.contains(field.name()) || field.is("te") && !value.equalsIgnoreCase("trailers")) {
        throw MalformedMessage.because("connection-specific header fields are not allowed in HTTP/2");
      }
    }
  }

  /** RFC 9113, section 8.3.1: a Host that differs from the authority is malformed. */
  private void checkHost(Pseudo pseudo, List<String> hosts) throws MalformedMessage {
    if (hosts.size() > 1 || hosts.isEmpty() && pseudo.authority == null) {
      throw MalformedMessage.because("there must be exactly one authority");
    }
    if (pseudo.authority == null) {
      pseudo.authority = hosts.get(0);
    } else if (!hosts.isEmpty() && !hosts.get(0).equalsIgnoreCase(pseudo.authority)) {
      throw MalformedMessage.because("Host must not differ from the authority");
    }
    rules.checkAuthority(pseudo.authority);
  }

  private ByteString render(Pseudo pseudo, List<Field> regular) {
    ByteArrayOutputStream block = new ByteArrayOutputStream(512);
    begin(block, pseudo.method, pseudo.path);
    literal(block, "host", pseudo.authority);
    literal(block, WireHeaders.TARGET, pseudo.path);
    for (Field field : regular) {
      switch (field.name()) {
        // No 100 Continue is sent over HTTP/2, so Expect is dropped.
        case "host", "expect", "te" -> { }
        case "content-type" -> literal(block, WireHeaders.CONTENT_TYPE, field.value());
        default -> {
          if (!WireHeaders.isInternal(field.name())) {
            literal(block, field.name(), field.value());
          }
        }
      }
    }
    return ByteString.fromArrayUnsafe(block.toByteArray());
  }

  private static ByteString refusal(Pseudo pseudo, MalformedMessage reason) {
    ByteArrayOutputStream block = new ByteArrayOutputStream(128);
    begin(block, "HEAD".equals(pseudo.method) ? "HEAD" : "GET", "/");
    literal(block, WireHeaders.REFUSAL, WireHeaders.refusal(reason));
    return ByteString.fromArrayUnsafe(block.toByteArray());
  }

  private static void begin(ByteArrayOutputStream block, String method, String path) {
    literal(block, ":method", method);
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
  }

  /** A literal field without indexing (RFC 7541, section 6.2.2). */
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
    int length = octets.length;
    if (length < 0x7f) {
      block.write(length);
    } else {
      block.write(0x7f);
      for (length -= 0x7f; length >= 0x80; length >>>= 7) {
        block.write(length & 0x7f | 0x80);
      }
      block.write(length);
    }
    block.writeBytes(octets);
  }
}
