package io.orderflow.saga;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One step of a saga.
 *
 * @param name what it is called in the saga's definition, in events, in settings and to the operator
 * @param action what it does
 * @param compensation what undoes it, also when it is not known whether the action happened; null for nothing
 * @param concurrently whether it is called together with the step before it
 */
public record Step<I>(String name, Function<StepCall<I>, CompletionStage<StepResult>> action,
    Function<StepCall<I>, CompletionStage<StepResult>> compensation, boolean concurrently) {

  Step<I> asConcurrent() {
    return new Step<>(name, action, compensation, true);
  }
}
