package io.orderflow.http.wire;

/** A message that is not valid HTTP, or is refused before anything looks into it. It carries no stack trace: the peer chooses how often it is made. */
public final class MalformedMessage extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  /**
   * A message that is refused.
   *
   * @param status the HTTP status of the answer
   * @param code the problem's code
   * @param detail one sentence that repeats nothing of the message
   */
  MalformedMessage(int status, String code, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** A message that breaks the grammar. */
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
