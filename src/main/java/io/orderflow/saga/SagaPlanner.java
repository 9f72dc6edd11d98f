package io.orderflow.saga;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.saga.SagaEvent.Begins;
import io.orderflow.saga.StepRecord.Kind;
import io.orderflow.saga.StepRecord.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a saga does next: pure functions from how far it has come and what was just learned to the event that follows.
 *
 * <p>Undoing runs in the reverse order of the steps, over each that completed or is in doubt. One that cannot be undone does not stop
 * the others; an operator's retry goes over the failed ones alone, in the same order.
 */
final class SagaPlanner<I> {

  private final SagaDefinition<I> definition;

  SagaPlanner(SagaDefinition<I> definition) {
    this.definition = definition;
  }

  SagaEvent start(JsonNode input, Instant now) {
    Begins first = action(0);
    return new SagaEvent.Started(input, first, leadsTo(first, SagaStatus.COMPLETED), now);
  }

  /** The call under way succeeded. */
  SagaEvent.StepCompleted completed(SagaState progress, String result, Instant now) {
    StepRecord done = progress.underWay().orElseThrow();
    if (done.kind() == Kind.COMPENSATION) {
      Begins next = backwardAfter(progress, done.name());
      return new SagaEvent.StepCompleted(result, next, leadsTo(next, restAfter(progress)), now);
    }
    Begins next = forwardAfter(done.name());
    return new SagaEvent.StepCompleted(result, next, leadsTo(next, SagaStatus.COMPLETED), now);
  }

  /**
   * The action under way was refused.
   *
   * @param doubtful whether something may have been done nevertheless
   * @param beyond the actions after it that may have been begun as well
   */
  SagaEvent refused(SagaState progress, String code, String detail, boolean doubtful, List<String> beyond, Instant now) {
    StepRecord step = progress.underWay().orElseThrow();
    boolean inDoubt = doubtful || step.inDoubt();
    Begins next = turnRound(progress, step, inDoubt, beyond);
    return new SagaEvent.StepRefused(code, detail, inDoubt, unlessEmpty(beyond), next, leadsTo(next, SagaStatus.COMPENSATED), now);
  }

  /**
   * The call under way failed or was not answered; one more attempt or the end of them.
   *
   * @param beyond as in {@link #refused}
   */
  SagaEvent failed(SagaState progress, String error, StepPolicy policy, List<String> beyond, Instant now) {
    StepRecord step = progress.underWay().orElseThrow();
    boolean last = step.failures() + 1 >= policy.maxAttempts();
    if (!last || step.kind() == Kind.CONCLUSION) {
      return new SagaEvent.AttemptFailed(error, progress.state(), now);
    }
    if (step.kind() == Kind.COMPENSATION) {
      Begins next = backwardAfter(progress, step.name());
      return new SagaEvent.CompensationGivenUp(error, next, leadsTo(next, SagaStatus.COMPENSATION_FAILED), now);
    }
    Begins next = turnRound(progress, step, true, beyond);
    return new SagaEvent.StepGivenUp(policy.reason(), error, unlessEmpty(beyond), next, leadsTo(next, SagaStatus.COMPENSATED), now);
  }

  /**
   * The client wants it undone; empty when that is too late or already so.
   *
   * @param beyond as in {@link #refused}
   */
  Optional<SagaEvent> cancel(SagaState progress, String code, String detail, List<String> beyond, Instant now) {
    if (progress.state() != SagaStatus.RUNNING) {
      return Optional.empty();
    }
    StepRecord step = progress.underWay().orElseThrow();
    if (step.kind() == Kind.CONCLUSION) {
      return Optional.empty();
    }
    Begins next = turnRound(progress, step, true, beyond);
    return Optional.of(
        new SagaEvent.CancelRequested(code, detail, unlessEmpty(beyond), next, leadsTo(next, SagaStatus.COMPENSATED), now));
  }

  /** An operator wants the failed compensations tried again; empty when there is none. */
  Optional<SagaEvent> retry(SagaState progress, Instant now) {
    if (progress.state() != SagaStatus.COMPENSATION_FAILED) {
      return Optional.empty();
    }
    return progress.steps().stream().filter(step -> step.status() == Status.COMPENSATION_FAILED).findFirst()
        .map(step -> new SagaEvent.RetryRequested(new Begins(Kind.COMPENSATION, step.name()), SagaStatus.COMPENSATING, now));
  }

  /** That compensation could not be made after all; empty when the saga still moves or does not count it as made. */
  Optional<SagaEvent> revoked(SagaState progress, String step, String error, Instant now) {
    boolean madeSoFar = !progress.state().isActive() && progress.steps().stream().anyMatch(
        record -> record.kind() == Kind.COMPENSATION && record.status() == Status.COMPENSATED && record.name().equals(step));
    return madeSoFar ? Optional.of(new SagaEvent.CompensationRevoked(step, error, now)) : Optional.empty();
  }

  private Begins forwardAfter(String name) {
    int step = indexOf(definition.steps(), name);
    if (step >= 0) {
      return action(step + 1);
    }
    definition.get(name); // a name that is unknown today must not be taken for the end of the steps
    return conclusion(indexOf(definition.conclusions(), name) + 1);
  }

  private Begins action(int at) {
    List<Step<I>> steps = definition.steps();
    return at < steps.size() ? new Begins(Kind.ACTION, steps.get(at).name()) : conclusion(0);
  }

  private Begins conclusion(int at) {
    List<Step<I>> conclusions = definition.conclusions();
    return at < conclusions.size() ? new Begins(Kind.CONCLUSION, conclusions.get(at).name()) : null;
  }

  /** The call that is made together with this one; null for none. */
  Begins concurrently(StepRecord step) {
    Begins next = step.kind() == Kind.COMPENSATION ? null : forwardAfter(step.name());
    return next != null && next.kind() == step.kind() && definition.get(next.step()).concurrently() ? next : null;
  }

  /** The actions after this one. */
  List<String> actionsAfter(StepRecord step) {
    List<Step<I>> steps = definition.steps();
    return steps.subList(indexOf(steps, step.name()) + 1, steps.size()).stream().map(Step::name).toList();
  }

  /** As events have it. */
  private static List<String> unlessEmpty(List<String> beyond) {
    return beyond.isEmpty() ? null : beyond;
  }

  private Begins turnRound(SagaState progress, StepRecord failed, boolean inDoubt, List<String> beyond) {
    Set<String> undo = progress.steps().stream().filter(StepRecord::needsUndoing).map(StepRecord::name).collect(Collectors.toSet());
    if (inDoubt) {
      undo.add(failed.name());
    }
    undo.addAll(beyond);
    return lastToUndo(undo);
  }

  private Begins lastToUndo(Set<String> names) {
    List<Step<I>> steps = definition.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step<I> step = steps.get(i);
      if (step.compensation() != null && names.contains(step.name())) {
        return new Begins(Kind.COMPENSATION, step.name());
      }
    }
    return null;
  }

  private Begins backwardAfter(SagaState progress, String undone) {
    List<String> settled = progress.steps().stream().filter(step -> step.kind() == Kind.COMPENSATION
        && (step.status() == Status.COMPENSATED || step.name().equals(undone) || givenUpThisRound(progress, step, undone)))
        .map(StepRecord::name).toList();
    return lastToUndo(progress.steps().stream().filter(StepRecord::needsUndoing).map(StepRecord::name)
        .filter(name -> !settled.contains(name)).collect(Collectors.toSet()));
  }

  /**
   * Whether that compensation failed since the saga last turned round or was taken up again: the log book is in the order of undoing,
   * so those before the one that just ended have had their turn.
   */
  private static boolean givenUpThisRound(SagaState progress, StepRecord step, String undone) {
    if (step.status() != Status.COMPENSATION_FAILED) {
      return false;
    }
    List<StepRecord> log = progress.steps();
    int ended = -1;
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i).kind() == Kind.COMPENSATION && log.get(i).name().equals(undone)) {
        ended = i;
      }
    }
    return log.indexOf(step) < ended;
  }

  private static SagaStatus restAfter(SagaState progress) {
    return progress.anyCompensationFailed() ? SagaStatus.COMPENSATION_FAILED : SagaStatus.COMPENSATED;
  }

  private static SagaStatus leadsTo(Begins begins, SagaStatus rest) {
    if (begins == null) {
      return rest;
    }
    return begins.kind() == Kind.COMPENSATION ? SagaStatus.COMPENSATING : SagaStatus.RUNNING;
  }

  private static <I> int indexOf(List<Step<I>> steps, String name) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
