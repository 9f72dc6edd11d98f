package io.orderflow.kernel;

/** The program must not start with its settings. The message is one sentence for its operator. */
public final class StartRefused extends RuntimeException {

  public StartRefused(String sentence) {
    super(sentence);
  }
}
