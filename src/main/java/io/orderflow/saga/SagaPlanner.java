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
 * Decides what a saga does next. Pure functions: the saga's state and an outcome or a client's command go in, the next event comes out.
 *
 * <p>Compensations run in the reverse order of the steps, for every step that completed or is in doubt. A compensation that fails doesn't
 * stop the others. An operator's retry repeats only the failed compensations, in the same order.
 */
final class SagaPlanner<I> {

  private final SagaDefinition<I> definition;

  SagaPlanner(SagaDefinition<I> definition) {
    this.definition = definition;
  }

  /** A client starts the saga. */
  SagaEvent start(JsonNode input, Instant now) {
    Begins first = action(0);
    return new SagaEvent.Started(input, first, leadsTo(first, SagaStatus.COMPLETED), now);
  }

  /** The call under way has succeeded. */
  SagaEvent.StepCompleted completed(SagaState saga, String result, Instant now) {
    StepRecord done = saga.underWay().orElseThrow();
    if (done.kind() == Kind.COMPENSATION) {
      Begins next = backwardAfter(saga, done.name());
      return new SagaEvent.StepCompleted(result, next, leadsTo(next, endOf(saga)), now);
    }
    Begins next = forwardAfter(done.name());
    return new SagaEvent.StepCompleted(result, next, leadsTo(next, SagaStatus.COMPLETED), now);
  }

  /**
   * Whether the next call may be made before this event is recorded. Allowed from action to action and from retriable step to retriable step:
   * a crash in between repeats or compensates the unrecorded calls. The pivot's success and every compensation are recorded first.
   */
  boolean mayDefer(SagaState saga, SagaEvent.StepCompleted event) {
    Kind completed = saga.underWay().orElseThrow().kind();
    return completed != Kind.COMPENSATION && event.begins() != null && event.begins().kind() == completed;
  }

  /**
   * The service has rejected the action under way.
   *
   * @param doubtful whether the action may have had an effect all the same
   * @param alsoInDoubt the later actions that may have been called as well
   */
  SagaEvent rejected(SagaState saga, String code, String detail, boolean doubtful, List<String> alsoInDoubt, Instant now) {
    StepRecord step = saga.underWay().orElseThrow();
    boolean inDoubt = doubtful || step.inDoubt();
    Begins next = startCompensating(saga, step, inDoubt, alsoInDoubt);
    return new SagaEvent.StepRefused(code, detail, inDoubt, unlessEmpty(alsoInDoubt), next, leadsTo(next, SagaStatus.COMPENSATED), now);
  }

  /**
   * The call under way has failed or was not answered in time. The event is one more attempt, or the end of the attempts.
   *
   * @param alsoInDoubt as in {@link #rejected}
   */
  SagaEvent failed(SagaState saga, String error, StepPolicy policy, List<String> alsoInDoubt, Instant now) {
    StepRecord step = saga.underWay().orElseThrow();
    boolean last = step.failures() + 1 >= policy.maxAttempts();
    if (!last || step.kind() == Kind.RETRIABLE) {
      return new SagaEvent.AttemptFailed(error, saga.state(), now);
    }
    if (step.kind() == Kind.COMPENSATION) {
      Begins next = backwardAfter(saga, step.name());
      return new SagaEvent.CompensationGivenUp(error, next, leadsTo(next, SagaStatus.COMPENSATION_FAILED), now);
    }
    Begins next = startCompensating(saga, step, true, alsoInDoubt);
    return new SagaEvent.StepGivenUp(policy.reason(), error, unlessEmpty(alsoInDoubt), next, leadsTo(next, SagaStatus.COMPENSATED), now);
  }

  /**
   * A client cancels the saga. Empty if the saga is past its pivot, compensating or ended.
   *
   * @param alsoInDoubt as in {@link #rejected}
   */
  Optional<SagaEvent> cancel(SagaState saga, String code, String detail, List<String> alsoInDoubt, Instant now) {
    if (saga.state() != SagaStatus.RUNNING) {
      return Optional.empty();
    }
    StepRecord step = saga.underWay().orElseThrow();
    if (step.kind() == Kind.RETRIABLE) {
      return Optional.empty();
    }
    Begins next = startCompensating(saga, step, true, alsoInDoubt);
    return Optional.of(
        new SagaEvent.CancelRequested(code, detail, unlessEmpty(alsoInDoubt), next, leadsTo(next, SagaStatus.COMPENSATED), now));
  }

  /** An operator retries the failed compensations. Empty if there is none. */
  Optional<SagaEvent> retry(SagaState saga, Instant now) {
    if (saga.state() != SagaStatus.COMPENSATION_FAILED) {
      return Optional.empty();
    }
    return saga.steps().stream().filter(step -> step.status() == Status.COMPENSATION_FAILED).findFirst()
        .map(step -> new SagaEvent.RetryRequested(new Begins(Kind.COMPENSATION, step.name()), SagaStatus.COMPENSATING, now));
  }

  /** A service reports that a compensation failed after it had answered success. Empty if the saga is active or has no such success. */
  Optional<SagaEvent> revoked(SagaState saga, String step, String error, Instant now) {
    boolean compensated = saga.exists() && !saga.state().isActive() && saga.steps().stream().anyMatch(
        record -> record.kind() == Kind.COMPENSATION && record.status() == Status.COMPENSATED && record.name().equals(step));
    return compensated ? Optional.of(new SagaEvent.CompensationRevoked(step, error, now)) : Optional.empty();
  }

  /** The call that is made concurrently with this one, if any. */
  Optional<Begins> concurrentWith(StepRecord step) {
    return step.kind() == Kind.COMPENSATION ? Optional.empty() : Optional.ofNullable(forwardAfter(step.name()))
        .filter(next -> next.kind() == step.kind() && definition.get(next.step()).concurrently());
  }

  /** The names of the actions that follow this one. */
  List<String> actionsAfter(StepRecord step) {
    List<Step<I>> steps = definition.steps();
    return steps.subList(indexOf(steps, step.name()) + 1, steps.size()).stream().map(Step::name).toList();
  }

  private Begins forwardAfter(String name) {
    int step = indexOf(definition.steps(), name);
    if (step >= 0) {
      return action(step + 1);
    }
    definition.get(name); // throws: a step that was removed from the definition must not count as the last one
    return retriable(indexOf(definition.retriables(), name) + 1);
  }

  private Begins action(int at) {
    List<Step<I>> steps = definition.steps();
    return at < steps.size() ? new Begins(Kind.ACTION, steps.get(at).name()) : retriable(0);
  }

  private Begins retriable(int at) {
    List<Step<I>> retriables = definition.retriables();
    return at < retriables.size() ? new Begins(Kind.RETRIABLE, retriables.get(at).name()) : null;
  }

  /** Events store null for an empty list. */
  private static List<String> unlessEmpty(List<String> alsoInDoubt) {
    return alsoInDoubt.isEmpty() ? null : alsoInDoubt;
  }

  private Begins startCompensating(SagaState saga, StepRecord failed, boolean inDoubt, List<String> alsoInDoubt) {
    Set<String> names = saga.steps().stream().filter(StepRecord::needsCompensation).map(StepRecord::name).collect(Collectors.toSet());
    if (inDoubt) {
      names.add(failed.name());
    }
    names.addAll(alsoInDoubt);
    return lastOf(names);
  }

  private Begins lastOf(Set<String> names) {
    List<Step<I>> steps = definition.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step<I> step = steps.get(i);
      if (step.compensation() != null && names.contains(step.name())) {
        return new Begins(Kind.COMPENSATION, step.name());
      }
    }
    return null;
  }

  private Begins backwardAfter(SagaState saga, String compensated) {
    List<String> done = saga.steps().stream().filter(step -> step.kind() == Kind.COMPENSATION
        && (step.status() == Status.COMPENSATED || step.name().equals(compensated) || failedThisRound(saga, step, compensated)))
        .map(StepRecord::name).toList();
    return lastOf(saga.steps().stream().filter(StepRecord::needsCompensation).map(StepRecord::name)
        .filter(name -> !done.contains(name)).collect(Collectors.toSet()));
  }

  /**
   * Whether the compensation has failed since the saga began to compensate or was last retried. The records are in the order of
   * compensation: each one before the compensation that just ended has been called in this round.
   */
  private static boolean failedThisRound(SagaState saga, StepRecord step, String compensated) {
    if (step.status() != Status.COMPENSATION_FAILED) {
      return false;
    }
    List<StepRecord> steps = saga.steps();
    int ended = -1;
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).kind() == Kind.COMPENSATION && steps.get(i).name().equals(compensated)) {
        ended = i;
      }
    }
    return steps.indexOf(step) < ended;
  }

  private static SagaStatus endOf(SagaState saga) {
    return saga.anyCompensationFailed() ? SagaStatus.COMPENSATION_FAILED : SagaStatus.COMPENSATED;
  }

  private static SagaStatus leadsTo(Begins begins, SagaStatus end) {
    if (begins == null) {
      return end;
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
