package io.orderflow.http.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The parsed head of an HTTP/1.1 message, one character for each octet.
 *
 * @param startLine the request line or the status line
 * @param fields the header fields, in order; a folded value is joined into one line
 */
record MessageHead(String startLine, List<Field> fields) {

  /**
   * Parses a head (RFC 9112, sections 2 and 5). A line may end in a bare LF.
   *
   * @param bytes the whole head, with its empty line
   * @throws MalformedMessage when the head violates the grammar or a limit
   */
  static MessageHead read(byte[] bytes, int length, Limits limits) throws MalformedMessage {
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\n');
    String startLine = line(text, 0, end);
    List<Field> fields = new ArrayList<>(16);
    for (int start = end + 1; start < length; start = end + 1) {
      end = text.indexOf('\n', start);
      String line = line(text, start, end);
      if (line.isEmpty()) {
        break;
      }
      add(fields, line, limits);
    }
    return new MessageHead(startLine, fields);
  }

  private static String line(String text, int start, int end) throws MalformedMessage {
    int stop = end > start && text.charAt(end - 1) == '\r' ? end - 1 : end;
    String line = text.substring(start, stop);
    if (line.indexOf('\r') >= 0) {
      throw MalformedMessage.because("a line must not contain a CR");
    }
    return line;
  }

  private static void add(List<Field> fields, String line, Limits limits) throws MalformedMessage {
    Field field;
    if (Octets.isBlank(line.charAt(0))) {
      if (fields.isEmpty()) {
        throw MalformedMessage.because("the first header line must not begin with a space");
      }
      Field folded = fields.remove(fields.size() - 1);
      field = new Field(folded.name(), folded.lowercaseName(), Octets.trimmed(folded.value() + " " + Octets.trimmed(line)));
    } else {
      int colon = line.indexOf(':');
      if (colon <= 0 || !Octets.isToken(line.substring(0, colon))) {
        throw limits.isTooLong(line) ? tooLarge() : MalformedMessage.because("a header line must be a name, a colon and a value");
      }
      field = Field.of(line.substring(0, colon), Octets.trimmed(line.substring(colon + 1)));
    }
    if (limits.isTooLong(field.name()) || limits.isTooLong(field.value()) || fields.size() == limits.fields()) {
      throw tooLarge();
    }
    if (!Octets.isFieldValue(field.value())) {
      throw MalformedMessage.because("a header value must not contain control characters");
    }
    fields.add(field);
  }

  static MalformedMessage tooLarge() {
    return new MalformedMessage(431, "HEADERS_TOO_LARGE", "the headers are too large");
  }

  /** The values of a field, in order. */
  List<String> values(String lowercaseName) {
    return values(fields, lowercaseName);
  }

  static List<String> values(List<Field> fields, String lowercaseName) {
    List<String> values = List.of();
    for (Field field : fields) {
      if (field.is(lowercaseName)) {
        values = values.isEmpty() ? new ArrayList<>(2) : values;
        values.add(field.value());
      }
    }
    return values;
  }

  /** Whether the message's body is chunked. */
  static boolean isChunked(List<Field> fields) throws MalformedMessage {
    List<String> codings = values(fields, "transfer-encoding");
    if (codings.isEmpty()) {
      return false;
    }
    if (codings.size() > 1 || !codings.get(0).toLowerCase(Locale.ROOT).equals("chunked")) {
      throw MalformedMessage.because("the only transfer coding supported is chunked, once");
    }
    return true;
  }

  /** The message's {@code Content-Length}; -1 without one. Repeated or listed values are ambiguous, so they are rejected. */
  static long contentLength(List<Field> fields) throws MalformedMessage {
    List<String> lengths = values(fields, "content-length");
    if (lengths.isEmpty()) {
      return -1;
    }
    String length = lengths.get(0);
    boolean digits = !length.isEmpty() && length.length() <= 18;
    for (int i = 0; digits && i < length.length(); i++) {
      digits = length.charAt(i) >= '0' && length.charAt(i) <= '9';
    }
    if (lengths.size() > 1 || !digits) {
      throw MalformedMessage.because("Content-Length must be one number of at most 18 digits");
    }
    return Long.parseLong(length);
  }
}
