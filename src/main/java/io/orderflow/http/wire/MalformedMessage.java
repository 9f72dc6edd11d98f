package io.orderflow.http.wire;

/** A message that is not valid HTTP, or is rejected before it is processed. It has no stack trace: peers decide how often it is thrown. */
public final class MalformedMessage extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  /**
   * Creates a rejection.
   *
   * @param status the response's HTTP status
   * @param code the problem's code
   * @param detail one sentence that repeats nothing from the message
   */
  MalformedMessage(int status, String code, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** A message that violates the grammar: 400. */
  static MalformedMessage because(String detail) {
    return new MalformedMessage(400, "MALFORMED_REQUEST", detail);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }
}
