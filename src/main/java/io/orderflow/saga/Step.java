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
public record Step<I>(String name, Call<I> action, Call<I> compensation, boolean concurrently) {

  /** How a service is called. */
  sealed interface Call<I> {

    /** The service answers later. It is called once the call is on record, or may be repeated without one. */
    record Later<I>(Function<StepCall<I>, CompletionStage<StepResult>> service) implements Call<I> {}

    /** The service answers at once, and what it records is stored with the saga's next record. It must not affect anything else. */
    record AtOnce<I>(Immediate<I> service) implements Call<I> {}
  }

  /** A service whose aggregate lives in the saga's home: it decides at once. It may throw a rejection. */
  @FunctionalInterface
  public interface Immediate<I> {
    StepResult apply(StepCall<I> call);
  }

  static <I> Step<I> later(String name, Function<StepCall<I>, CompletionStage<StepResult>> action,
      Function<StepCall<I>, CompletionStage<StepResult>> compensation) {
    return new Step<>(name, new Call.Later<>(action), compensation == null ? null : new Call.Later<>(compensation), false);
  }

  static <I> Step<I> atOnce(String name, Immediate<I> action, Immediate<I> compensation) {
    return new Step<>(name, new Call.AtOnce<>(action), compensation == null ? null : new Call.AtOnce<>(compensation), false);
  }

  Step<I> asConcurrent() {
    return new Step<>(name, action, compensation, true);
  }

  Call<I> call(StepRecord.Kind kind) {
    return kind == StepRecord.Kind.COMPENSATION ? compensation : action;
  }
}
