package io.orderflow.saga;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A saga as a list of steps in the order in which they run. First come the steps that have a compensation; the last of them is the pivot.
 * The retriable steps follow: they have no compensation and are repeated until they succeed.
 *
 * <p>Steps may be added while sagas of the definition are active: a saga goes on with the step that follows its last completed step in
 * the current list. A step that an active saga may be in must not be renamed or removed.
 *
 * @param <I> the input of a saga; stored as JSON
 */
public final class SagaDefinition<I> {

  private static final ObjectMapper MAPPER = JsonMapper.builder().addModule(new JavaTimeModule())
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final String name;
  private final Class<I> inputType;
  private final List<Step<I>> steps;
  private final List<Step<I>> retriables;
  private final Map<String, Step<I>> byName = new HashMap<>();

  private SagaDefinition(String name, Class<I> inputType, List<Step<I>> steps, List<Step<I>> retriables) {
    this.name = name;
    this.inputType = inputType;
    this.steps = steps;
    this.retriables = retriables;
    steps.forEach(step -> byName.putIfAbsent(step.name(), step));
    retriables.forEach(step -> byName.putIfAbsent(step.name(), step));
  }

  /** A saga without steps. */
  public static <I> SagaDefinition<I> named(String name, Class<I> inputType) {
    return new SagaDefinition<>(name, inputType, List.of(), List.of());
  }

  /** Adds a step. Its compensation is also called when the action is in doubt; null for none. */
  public SagaDefinition<I> step(String step, Function<StepCall<I>, CompletionStage<StepResult>> action,
      Function<StepCall<I>, CompletionStage<StepResult>> compensation) {
    return step(Step.later(step, action, compensation));
  }

  /** Adds a step whose service answers at once: its aggregate lives in the saga's home, and both are stored in one write. */
  public SagaDefinition<I> step(String step, Step.Immediate<I> action, Step.Immediate<I> compensation) {
    return step(Step.atOnce(step, action, compensation));
  }

  /** Adds a retriable step. Retriable steps run when all other steps have succeeded. */
  public SagaDefinition<I> retriable(String step, Function<StepCall<I>, CompletionStage<StepResult>> action) {
    return retriable(Step.later(step, action, null));
  }

  /** Adds a retriable step whose service answers at once. */
  public SagaDefinition<I> retriable(String step, Step.Immediate<I> action) {
    return retriable(Step.atOnce(step, action, null));
  }

  private SagaDefinition<I> step(Step<I> step) {
    return new SagaDefinition<>(name, inputType, plus(steps, step), retriables);
  }

  private SagaDefinition<I> retriable(Step<I> step) {
    return new SagaDefinition<>(name, inputType, steps, plus(retriables, step));
  }

  /**
   * Calls the step that was added last concurrently with the step before it, whose result it must not need. Its own result counts once
   * the step before it has succeeded. If the step before fails, this step is compensated too.
   *
   * @throws IllegalStateException if there is no step of the same kind before it
   */
  public SagaDefinition<I> concurrently() {
    return retriables.isEmpty() ? new SagaDefinition<>(name, inputType, lastConcurrent(steps), retriables)
        : new SagaDefinition<>(name, inputType, steps, lastConcurrent(retriables));
  }

  public String name() {
    return name;
  }

  List<Step<I>> steps() {
    return steps;
  }

  List<Step<I>> retriables() {
    return retriables;
  }

  /**
   * The step of that name.
   *
   * @throws IllegalStateException if the definition has no such step: it was removed while a saga was in it
   */
  Step<I> get(String step) {
    Step<I> found = byName.get(step);
    if (found == null) {
      throw new IllegalStateException("the saga " + name + " has no step " + step);
    }
    return found;
  }

  JsonNode write(I input) {
    return MAPPER.valueToTree(input);
  }

  /** @throws IllegalStateException if the stored input doesn't fit the current type */
  public I read(JsonNode input) {
    try {
      return MAPPER.treeToValue(input, inputType);
    } catch (JsonProcessingException defect) {
      throw new IllegalStateException("the stored input of a saga " + name + " can't be read", defect);
    }
  }

  private static <I> List<Step<I>> lastConcurrent(List<Step<I>> steps) {
    if (steps.size() < 2) {
      throw new IllegalStateException("there is no step before it to be called concurrently");
    }
    return plus(steps.subList(0, steps.size() - 1), steps.get(steps.size() - 1).asConcurrent());
  }

  private static <T> List<T> plus(List<T> list, T last) {
    List<T> all = new ArrayList<>(list);
    all.add(last);
    return List.copyOf(all);
  }
}
