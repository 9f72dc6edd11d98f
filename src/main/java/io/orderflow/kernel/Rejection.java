package io.orderflow.kernel;

import akka.pattern.StatusReply;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Why a command was not carried out, in words that stay the same: it travels as the error of a {@link StatusReply}, whose text is
 * all that Akka sends between nodes.
 *
 * @param kind what sort of no it is
 * @param code stable, in upper case, for programs
 * @param detail one sentence for people
 */
public record Rejection(Kind kind, String code, String detail) {

  private static final String INVALID_FIELD = "INVALID_FIELD";

  /** The sorts of refusal; an HTTP answer is chosen by them. */
  public enum Kind {
    /** The command itself is wrong and always will be. */
    INVALID,
    /** What it is about does not exist. */
    NOT_FOUND,
    /** It does not fit what is there now. */
    CONFLICT,
    /** It was understood and contradicts itself or what was said before. */
    UNPROCESSABLE,
    /** Not now: trying again may help. */
    UNAVAILABLE
  }

  public static Rejection invalid(String code, String detail) {
    return new Rejection(Kind.INVALID, code, detail);
  }

  /** The command's field of that name has a value that can't be. */
  public static Rejection field(String name, String detail) {
    return invalid(INVALID_FIELD, name + ": " + detail);
  }

  public static Rejection notFound(String code, String detail) {
    return new Rejection(Kind.NOT_FOUND, code, detail);
  }

  public static Rejection conflict(String code, String detail) {
    return new Rejection(Kind.CONFLICT, code, detail);
  }

  public static Rejection unprocessable(String code, String detail) {
    return new Rejection(Kind.UNPROCESSABLE, code, detail);
  }

  public static Rejection unavailable(String code, String detail) {
    return new Rejection(Kind.UNAVAILABLE, code, detail);
  }

  /** The field that is wrong, where the refusal is about one. */
  public Optional<String> field() {
    return code.equals(INVALID_FIELD) && detail.contains(": ") ? Optional.of(detail.substring(0, detail.indexOf(": ")))
        : Optional.empty();
  }

  /** This rejection as an aggregate's reply. */
  public <T> StatusReply<T> reply() {
    return StatusReply.error(text());
  }

  /** This rejection as the failure of a stage, the same that an ask fails with; {@link #in} reads both. */
  public RuntimeException exception() {
    return new StatusReply.ErrorMessage(text());
  }

  private String text() {
    return kind + " " + code + " " + detail;
  }

  /** Whether a failed ask was told that there is no such thing. */
  public static boolean isNotFound(Throwable failure) {
    return in(failure).filter(refusal -> refusal.kind() == Kind.NOT_FOUND).isPresent();
  }

  /** The refusal that a failed ask carries; empty when it failed for another reason (a time-out, a lost node, a defect). */
  public static Optional<Rejection> in(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    if (!(cause instanceof StatusReply.ErrorMessage)) {
      return Optional.empty();
    }
    String[] parts = cause.getMessage().split(" ", 3);
    for (Kind kind : Kind.values()) {
      if (parts.length == 3 && kind.name().equals(parts[0])) {
        return Optional.of(new Rejection(kind, parts[1], parts[2]));
      }
    }
    return Optional.empty();
  }
}
