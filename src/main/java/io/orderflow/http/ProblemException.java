package io.orderflow.http;

/** Carries a {@link Problem} to the client. It has no stack trace: a client's error needs none. */
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
