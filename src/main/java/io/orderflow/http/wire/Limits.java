package io.orderflow.http.wire;

/**
 * How large a head may be.
 *
 * @param headBytes all of it; of an HTTP/2 header block both its bytes and what they decode to
 * @param targetBytes a request's target
 * @param fieldBytes a field's name, and its value
 * @param fields the number of fields
 */
public record Limits(int headBytes, int targetBytes, int fieldBytes, int fields) {

  /** What a client may send. */
  public static final Limits REQUEST = new Limits(64 * 1024, 8 * 1024, 8 * 1024, 64);
  /** What a service of the operator's may send: it is trusted to mean no harm, but not to have no faults. */
  public static final Limits RESPONSE = new Limits(256 * 1024, 0, 64 * 1024, 500);

  boolean isTooLong(String text) {
    return text.length() > fieldBytes;
  }
}
