package io.orderflow.saga;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One step of a saga.
 *
 * @param name its name in the definition, events and settings, and for operators
 * @param action the service call
 * @param compensation undoes the action, also when the action is in doubt; null for none
 * @param concurrently whether its action is called concurrently with the step before it
 */
public record Step<I>(String name, Function<StepCall<I>, CompletionStage<StepResult>> action,
    Function<StepCall<I>, CompletionStage<StepResult>> compensation, boolean concurrently) {

  Step<I> asConcurrent() {
    return new Step<>(name, action, compensation, true);
  }
}
