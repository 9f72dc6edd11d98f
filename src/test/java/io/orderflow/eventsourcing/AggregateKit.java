package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** One aggregate under specification: given commands, expects events, replies and rejections. The clock stands at {@link #NOW}. */
public final class AggregateKit<C, E, S, R> {

  public static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  /** What became of a command that was not rejected. */
  public record Outcome<E, R>(List<E> events, R reply) {

    /** The only event. */
    public E event() {
      assertThat(events).hasSize(1);
      return events.get(0);
    }
  }

  private final Aggregate<C, E, S, R> aggregate;
  private final List<E> events = new ArrayList<>();
  private S state;

  public AggregateKit(Aggregate<C, E, S, R> aggregate) {
    this.aggregate = aggregate;
    this.state = aggregate.initialState();
  }

  /** Tells it the command, which it must not reject. */
  public Outcome<E, R> tell(C command) {
    Decision<E, R> decision = decide(command);
    assertThat(decision.rejection()).isNull();
    return new Outcome<>(decision.events(), decision.reply());
  }

  /** Tells it the command; whether it accepted it. */
  public boolean accepts(C command) {
    return decide(command).rejection() == null;
  }

  /** Expects that the command is rejected with the code, and that nothing changes. */
  public void refuses(C command, String code) {
    assertThat(refusesRemembering(command, code)).isEmpty();
  }

  /** Expects that the command is rejected with the code; answers with the events by which that is remembered. */
  public List<E> refusesRemembering(C command, String code) {
    Decision<E, R> decision = decide(command);
    assertThat(decision.reply()).isNull();
    assertThat(decision.rejection()).extracting(Rejection::code).isEqualTo(code);
    return decision.events();
  }

  /** Expects that the command is accepted and changes nothing. */
  public R changesNothing(C command) {
    Outcome<E, R> outcome = tell(command);
    assertThat(outcome.events()).isEmpty();
    return outcome.reply();
  }

  /** Its state, which its events from the first on must lead to as well. */
  public S restart() {
    S recovered = aggregate.initialState();
    for (E event : events) {
      recovered = aggregate.apply(recovered, event);
    }
    assertThat(recovered).isEqualTo(state);
    state = recovered;
    return recovered;
  }

  private Decision<E, R> decide(C command) {
    Decision<E, R> decision = aggregate.decide(state, command);
    for (E event : decision.events()) {
      state = aggregate.apply(state, event);
      events.add(event);
    }
    return decision;
  }
}
