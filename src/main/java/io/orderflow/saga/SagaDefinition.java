package io.orderflow.saga;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A saga as a list: the steps in the order in which they run, each with what undoes it, and what concludes the saga once all of them
 * have succeeded. A concluding call has no compensation and is repeated until it succeeds: there is no way back any more.
 *
 * <p>Steps may be added to a definition while sagas of it are under way: a running saga goes on with the step that follows, in today's
 * list, the last one it completed. A step that a running saga may still be in must not be renamed or removed.
 *
 * @param <I> what each saga is started with; read and written as JSON
 */
public final class SagaDefinition<I> {

  private static final ObjectMapper MAPPER = JsonMapper.builder().addModule(new JavaTimeModule())
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final String name;
  private final Class<I> inputType;
  private final List<Step<I>> steps;
  private final List<Step<I>> retriables;
  private final List<Consumer<String>> warmUps;

  private SagaDefinition(String name, Class<I> inputType, List<Step<I>> steps, List<Step<I>> retriables, List<Consumer<String>> warmUps) {
    this.name = name;
    this.inputType = inputType;
    this.steps = steps;
    this.retriables = retriables;
    this.warmUps = warmUps;
  }

  /** A saga of no steps yet. */
  public static <I> SagaDefinition<I> named(String name, Class<I> inputType) {
    return new SagaDefinition<>(name, inputType, List.of(), List.of(), List.of());
  }

  /** This saga and one more step at its end. */
  public SagaDefinition<I> step(String step, Function<StepCall<I>, CompletionStage<StepResult>> action,
      Function<StepCall<I>, CompletionStage<StepResult>> compensation) {
    return new SagaDefinition<>(name, inputType, plus(steps, new Step<>(step, action, compensation, false)), retriables, warmUps);
  }

  /** This saga and one more call that is made when all steps have succeeded. */
  public SagaDefinition<I> retriable(String step, Function<StepCall<I>, CompletionStage<StepResult>> action) {
    return new SagaDefinition<>(name, inputType, steps, plus(retriables, new Step<>(step, action, null, false)), warmUps);
  }

  /**
   * This saga, its last step or conclusion called together with the one before it, of whose answer it needs nothing. What it answers
   * counts once that one has succeeded; when the saga turns round there, it is undone as well.
   *
   * @throws IllegalStateException when there is none before it
   */
  public SagaDefinition<I> concurrently() {
    return retriables.isEmpty() ? new SagaDefinition<>(name, inputType, lastConcurrent(steps), retriables, warmUps)
        : new SagaDefinition<>(name, inputType, steps, lastConcurrent(retriables), warmUps);
  }

  /**
   * This saga, and when one starts this is told its id: whoever the steps will need can wake up meanwhile. It must have no other effect,
   * and nothing depends on it.
   */
  public SagaDefinition<I> warmUp(Consumer<String> warmUp) {
    return new SagaDefinition<>(name, inputType, steps, retriables, plus(warmUps, warmUp));
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
   * The step or conclusion of that name.
   *
   * @throws IllegalStateException when today's definition has none: it was removed while a saga was in it
   */
  Step<I> get(String step) {
    return java.util.stream.Stream.concat(steps.stream(), retriables.stream()).filter(s -> s.name().equals(step)).findFirst()
        .orElseThrow(() -> new IllegalStateException("the saga " + name + " has no step " + step));
  }

  void startWarmUps(String sagaId) {
    warmUps.forEach(warmUp -> warmUp.accept(sagaId));
  }

  JsonNode write(I input) {
    return MAPPER.valueToTree(input);
  }

  /** @throws IllegalStateException when the stored input does not fit today's type */
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
