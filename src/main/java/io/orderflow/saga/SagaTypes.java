package io.orderflow.saga;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent names of sagas. */
public final class SagaTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("saga.attempt-failed", SagaEvent.AttemptFailed.class),
        Map.entry("saga.cancel-requested", SagaEvent.CancelRequested.class),
        Map.entry("saga.compensation-given-up", SagaEvent.CompensationGivenUp.class),
        Map.entry("saga.compensation-revoked", SagaEvent.CompensationRevoked.class),
        Map.entry("saga.resumed", SagaEvent.Resumed.class),
        Map.entry("saga.retry-requested", SagaEvent.RetryRequested.class),
        Map.entry("saga.started", SagaEvent.Started.class),
        Map.entry("saga.state", SagaState.class),
        Map.entry("saga.step-completed", SagaEvent.StepCompleted.class),
        Map.entry("saga.step-given-up", SagaEvent.StepGivenUp.class),
        Map.entry("saga.step-refused", SagaEvent.StepRefused.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("saga.ask-again", SagaCommand.AskAgain.class),
        Map.entry("saga.await-end", SagaCommand.AwaitEnd.class),
        Map.entry("saga.cancel", SagaCommand.Cancel.class),
        Map.entry("saga.compensation-failed", SagaCommand.CompensationFailed.class),
        Map.entry("saga.get", SagaCommand.Get.class),
        Map.entry("saga.get-next-attempt", SagaCommand.GetNextAttempt.class),
        Map.entry("saga.next-attempt", SagaCommand.NextAttempt.class),
        Map.entry("saga.retry", SagaCommand.Retry.class),
        Map.entry("saga.retry-now", SagaCommand.RetryNow.class),
        Map.entry("saga.start", SagaCommand.Start.class),
        Map.entry("saga.wake", SagaCommand.Wake.class));
  }
}
