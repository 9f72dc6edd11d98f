package io.orderflow.http.wire;

import akka.http.javadsl.model.StatusCodes;
import akka.util.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Scans a service's responses on one connection. Responses are passed on with their framing rewritten; interim responses are dropped. Bytes that
 * belong to no response end the use of the connection: the next exchange on it would take them for its response.
 */
public final class ResponseScanner implements Scanner {

  private final Exchange exchange;
  private final HeadBuffer head = new HeadBuffer(Limits.RESPONSE.headBytes());
  private BodyScanner body = BodyScanner.none();
  private boolean mustClose;

  /** The exchange that the connection carries. */
  public interface Exchange {

    /** The method of the request whose response is awaited; null if none is. */
    String awaitedMethod();

    /** Called when the response is complete. None is awaited until the next request. */
    void answered();

    /** Called when the connection must not carry another request. */
    void spoiled();
  }

  ResponseScanner(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public boolean isIncomplete() {
    return false; // The gateway has its own time limit.
  }

  @Override
  public boolean mustClose() {
    return mustClose;
  }

  @Override
  public boolean isEnded() {
    return false; // The connection's user closes it.
  }

  @Override
  public long completed() {
    return 0;
  }

  @Override
  public ByteString timedOut() {
    return ByteString.emptyByteString();
  }

  @Override
  public ByteString scan(ByteString in) throws MalformedMessage {
    Output out = new Output();
    int at = 0;
    while (at < in.size()) {
      if (!body.isDone()) {
        at += body.scan(in, at, out);
        if (body.isDone()) {
          exchange.answered();
        }
      } else if (exchange.awaitedMethod() == null) {
        return surplus(out);
      } else {
        at += head.take(in, at);
        if (head.isComplete()) {
          answer(exchange.awaitedMethod(), MessageHead.read(head.bytes(), head.size(), Limits.RESPONSE), out);
          head.clear();
        }
      }
    }
    return out.bytes();
  }

  private ByteString surplus(Output out) throws MalformedMessage {
    exchange.spoiled();
    mustClose = true;
    if (out.bytes().isEmpty()) {
      throw MalformedMessage.because("the service sent unsolicited bytes");
    }
    // The response before these bytes is complete and goes on first.
    return out.bytes();
  }

  private void answer(String method, MessageHead read, Output out) throws MalformedMessage {
    String line = read.startLine();
    int status = statusIn(line);
    boolean old = line.startsWith("HTTP/1.0");
    if (status < 200) {
      if (status == 101) {
        throw MalformedMessage.because("the service switched protocols");
      }
      return; // RFC 9110, section 15.2: any number of interim responses may come first.
    }
    List<Field> fields = read.fields();
    boolean chunked = MessageHead.isChunked(fields);
    long length = MessageHead.contentLength(fields);
    if (chunked && (length >= 0 || old)) {
      throw MalformedMessage.because("a chunked body must not have a Content-Length, nor be sent with HTTP/1.0");
    }
    boolean bodiless = method.equals("HEAD") || status == 204 || status == 304;
    body = bodiless ? BodyScanner.none() : chunked ? BodyScanner.chunked()
        : length >= 0 ? BodyScanner.ofLength(length) : BodyScanner.untilClose();
    out.add(render(read, line, status, old, bodiless, method));
    if (body.isDone()) {
      exchange.answered();
    }
  }

  private static int statusIn(String line) throws MalformedMessage {
    boolean form = line.length() >= 12 && line.startsWith("HTTP/1.") && Character.isDigit(line.charAt(7)) && line.charAt(8) == ' '
        && (line.length() == 12 || line.charAt(12) == ' ');
    int status = 0;
    for (int i = 9; form && i < 12; i++) {
      form = line.charAt(i) >= '0' && line.charAt(i) <= '9';
      status = 10 * status + line.charAt(i) - '0';
    }
    if (!form || status < 100 || status > 599 || !Octets.isFieldValue(line)) {
      throw MalformedMessage.because("the status line is malformed");
    }
    return status;
  }

  private static ByteString render(MessageHead read, String line, int status, boolean old, boolean bodiless, String method) {
    StringBuilder text = new StringBuilder(512).append(old ? "HTTP/1.0 " : "HTTP/1.1 ").append(status).append(" x\r\n");
    String reason = line.length() > 13 ? line.substring(13) : "";
    if (!reason.equals(StatusCodes.get(status).reason())) {
      append(text, WireHeaders.REASON, reason);
    }
    for (Field field : read.fields()) {
      switch (field.lowercaseName()) {
        case "content-type" -> append(text, WireHeaders.CONTENT_TYPE, field.value());
        case "content-length" -> {
          append(text, bodiless ? WireHeaders.LENGTH : null, field.value());
          append(text, bodiless && !method.equals("HEAD") ? null : field.name(), field.value());
        }
        case "transfer-encoding" -> append(text, bodiless ? null : field.name(), field.value());
        default -> append(text, WireHeaders.isInternal(field.lowercaseName()) ? null : field.name(), field.value());
      }
    }
    return ByteString.fromArrayUnsafe(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void append(StringBuilder text, String name, String value) {
    if (name != null) {
      text.append(name).append(": ").append(value).append("\r\n");
    }
  }
}
