package io.orderflow.bench;

/** The environment variables that set a benchmark; the scripts name them. */
public final class Variables {

  private Variables() {}

  /** The variable's value; the other one if it is unset or empty. */
  public static String get(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }
}
