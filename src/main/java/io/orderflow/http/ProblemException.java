package io.orderflow.http;

/** A {@link Problem} on its way to the client; carries no stack trace, as nobody reads the one of what a client did wrong. */
public final class ProblemException extends RuntimeException {

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
