package io.orderflow.operators;

import io.orderflow.http.JsonFields;

/** The body of an operator's action: why it is done. */
public record Reason(String text) {

  private static final int MAX = 400;

  /** Reads a reason that must be given. */
  public static Reason read(JsonFields fields) {
    return new Reason(fields.text("reason", MAX));
  }

  /** Reads a reason that may be left out. */
  public static Reason readOptional(JsonFields fields) {
    return new Reason(fields.optionalText("reason", MAX).orElse(""));
  }
}
