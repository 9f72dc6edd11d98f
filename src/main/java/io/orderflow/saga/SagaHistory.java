package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Tells what happened in a saga, from its events. */
public final class SagaHistory {

  /**
   * What happened at a time.
   *
   * @param type the event in upper case
   * @param step the call that it is about; null if it is about the saga
   * @param detail for people; null for none
   * @param state the saga's status after it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(Instant at, String type, String step, Kind kind, String detail, SagaStatus state) {}

  /**
   * The end of one attempt of a call.
   *
   * @param error null if it succeeded
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Attempt(String step, Kind kind, Instant endedAt, String error) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private SagaState saga = SagaState.NONE;

  private SagaHistory() {}

  /** The history of a saga with these events, in order. */
  public static SagaHistory of(List<SagaEvent> events) {
    SagaHistory history = new SagaHistory();
    events.forEach(history::add);
    return history;
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The attempts that have ended, in the order in which they ended. */
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  private void add(SagaEvent event) {
    StepRecord call = saga.underWay().orElse(null);
    String step = call == null ? null : call.name();
    Kind kind = call == null ? null : call.kind();
    if (event instanceof SagaEvent.Started) {
      entry(event, "STARTED", null, null, null);
    } else if (event instanceof SagaEvent.Resumed) {
      entry(event, "RESUMED", step, kind, "another node took over");
    } else if (event instanceof SagaEvent.StepCompleted done) {
      ended(event, "STEP_COMPLETED", step, kind, done.result(), null);
    } else if (event instanceof SagaEvent.AttemptFailed failed) {
      ended(event, "ATTEMPT_FAILED", step, kind, failed.error(), failed.error());
    } else if (event instanceof SagaEvent.StepRefused refused) {
      String why = refused.code() + ": " + refused.detail();
      ended(event, "STEP_REFUSED", step, kind, why, why);
    } else if (event instanceof SagaEvent.StepGivenUp givenUp) {
      ended(event, "STEP_GIVEN_UP", step, kind, givenUp.error(), givenUp.error());
    } else if (event instanceof SagaEvent.CancelRequested cancel) {
      entry(event, "CANCEL_REQUESTED", step, kind, cancel.detail());
    } else if (event instanceof SagaEvent.CompensationGivenUp givenUp) {
      ended(event, "COMPENSATION_GIVEN_UP", step, kind, givenUp.error(), givenUp.error());
    } else if (event instanceof SagaEvent.CompensationRevoked revoked) {
      ended(event, "COMPENSATION_REVOKED", revoked.step(), Kind.COMPENSATION, revoked.error(), revoked.error());
    } else {
      entry(event, "RETRY_REQUESTED", event.begins() == null ? null : event.begins().step(), Kind.COMPENSATION, null);
    }
    saga = saga.apply(event);
  }

  private void ended(SagaEvent event, String type, String step, Kind kind, String detail, String error) {
    entry(event, type, step, kind, detail);
    if (step != null) {
      attempts.add(new Attempt(step, kind, event.at(), error));
    }
  }

  private void entry(SagaEvent event, String type, String step, Kind kind, String detail) {
    entries.add(new Entry(event.at(), type, step, kind, detail, event.leadsTo()));
  }
}
