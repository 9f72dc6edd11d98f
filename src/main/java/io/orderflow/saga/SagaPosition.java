package io.orderflow.saga;

import io.orderflow.saga.StepRecord.Status;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The position of a saga that is active or waits for an operator: a row of the table {@code saga_positions}. It is read from the note in the
 * manifest column of the saga's events, {@code step:failures:code}. The text is stored: its format never changes.
 *
 * @param step the call under way, or the compensation that failed; empty if it is not known
 * @param failures the attempts of the call that have failed in a row
 * @param code why the saga compensates; empty if it does not
 */
public record SagaPosition(String definition, String sagaId, SagaStatus state, String step, int failures, String code, Instant startedAt,
    Instant updatedAt) {

  /** The columns that keep step and code are as long as that. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{0,64}");

  /** What the note of a saga says. */
  public record Note(String step, int failures, String code) {

    /** Reads the note in a manifest; all fields are empty if there is none. */
    public static Note parse(String note) {
      String[] fields = note.split(":", -1);
      return fields.length < 3 ? new Note("", 0, "") : new Note(fields[0], Integer.parseInt(fields[1]), fields[2]);
    }
  }

  /** The note for a saga in this state; empty if it has ended and waits for nobody. */
  static String note(SagaState saga) {
    Optional<StepRecord> step = saga.state().isActive() ? saga.underWay()
        : saga.steps().stream().filter(call -> call.status() == Status.COMPENSATION_FAILED).findFirst();
    return step.map(call -> word(call.name()) + ":" + call.failures() + ":" + (saga.failure() == null ? "" : word(saga.failure().code())))
        .orElse("");
  }

  /** Whether sagas of that status have a position. */
  static boolean has(SagaStatus state) {
    return state.isActive() || state == SagaStatus.COMPENSATION_FAILED;
  }

  private static String word(String text) {
    return text != null && WORD.matcher(text).matches() ? text : "";
  }
}
