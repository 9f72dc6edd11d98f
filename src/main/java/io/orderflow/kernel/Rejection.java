package io.orderflow.kernel;

import akka.pattern.StatusReply;
import java.util.Optional;

/**
 * Explains why a command was rejected. A rejection travels as the error text of a {@link StatusReply}, because Akka sends nothing else of
 * an error between nodes.
 *
 * @param kind decides the HTTP status
 * @param code stable, in upper case, for programs
 * @param detail one sentence for people
 */
public record Rejection(Kind kind, String code, String detail) {

  /** The code of the rejection of a command that was not handled, because its entity was about to move to another node. */
  public static final String MOVED = "MOVED";

  private static final String INVALID_FIELD = "INVALID_FIELD";

  /** The kinds of rejection. Each maps to an HTTP status. */
  public enum Kind {
    /** The command is wrong and always will be. */
    INVALID,
    /** Its subject does not exist. */
    NOT_FOUND,
    /** It conflicts with the current state. */
    CONFLICT,
    /** It contradicts itself or an earlier command. */
    UNPROCESSABLE,
    /** Its condition does not hold: the state is not the one that its sender has seen. */
    PRECONDITION,
    /** It can't be handled now. A retry may succeed. */
    UNAVAILABLE
  }

  public static Rejection invalid(String code, String detail) {
    return new Rejection(Kind.INVALID, code, detail);
  }

  /** A rejection of the command's field of that name. */
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

  /** The command came under an idempotency key that belongs to another one. */
  public static Rejection idempotencyKeyReused() {
    return unprocessable("IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for another request");
  }

  /** The command was not handled. Repeat it soon. */
  public static Rejection moved() {
    return unavailable(MOVED, "the part of the service that the request needs is moving to another node");
  }

  /** Whether an ask failed because the command was not handled. */
  public static boolean isMoved(Throwable failure) {
    return in(failure).filter(rejection -> rejection.code().equals(MOVED)).isPresent();
  }

  /** The name of the wrong field, if the rejection is about one. */
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

  /** Whether an ask failed because its subject does not exist. */
  public static boolean isNotFound(Throwable failure) {
    return in(failure).filter(refusal -> refusal.kind() == Kind.NOT_FOUND).isPresent();
  }

  /** The rejection in a failed ask. Empty if the ask failed for another reason (a time-out, a lost node, a defect). */
  public static Optional<Rejection> in(Throwable failure) {
    Throwable cause = Failures.cause(failure);
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
