package io.orderflow.http.wire;

/**
 * Limits on the size of a message head.
 *
 * @param headBytes the whole head; for an HTTP/2 header block, both its encoded and its decoded size
 * @param targetBytes a request's target
 * @param fieldBytes a field's name, and a field's value
 * @param fields the number of fields
 */
public record Limits(int headBytes, int targetBytes, int fieldBytes, int fields) {

  /** The limits for clients. */
  public static final Limits REQUEST = new Limits(64 * 1024, 8 * 1024, 8 * 1024, 64);
  /** The limits for services. The operator's services are trusted to be well-meaning, but not to be free of faults. */
  public static final Limits RESPONSE = new Limits(256 * 1024, 0, 64 * 1024, 500);

  boolean isTooLong(String text) {
    return text.length() > fieldBytes;
  }
}
