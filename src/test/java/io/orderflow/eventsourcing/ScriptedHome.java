package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.GroupCommitSpec.Added;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A home whose processes do in each turn what the spec tells them, beside a counter that is an aggregate. */
public final class ScriptedHome {

  /** The counter in homes of specs: it adds numbers up to ten; the command 0 reads it. */
  public static final AggregateType<Integer, ?, ?, Integer> COUNTER = AggregateType.of("counter", Added.class, new Counter());

  static final String ID = "home|one";
  static final Duration KEEP_IN_MEMORY = Duration.ofMillis(200);

  /** An event of the process of notes; its state is the text of all. */
  record Noted(String text) implements CborSerializable {}

  /** An event of the process of marks. */
  record Marked(String text) implements CborSerializable {}

  /** Runs the script in a turn, as the process of notes. */
  record Note(Consumer<ProcessContext<Noted, String>> script) implements Message {}

  /** Runs the script in a turn, as the process of marks. */
  record Mark(Consumer<ProcessContext<Marked, String>> script) implements Message {}

  private record Counter() implements Aggregate<Integer, Added, Integer, Integer> {

    @Override
    public Integer initialState() {
      return 0;
    }

    @Override
    public Decision<Added, Integer> decide(Integer sum, Integer number) {
      if (number == 0) {
        return Decision.reply(sum);
      }
      return sum + number > 10 ? Decision.reject(Rejection.conflict("TOO_MUCH", "would be above 10"))
          : Decision.accept(new Added(number), sum + number);
    }

    @Override
    public Integer apply(Integer sum, Added added) {
      return sum + added.number();
    }
  }

  private final class Notes implements Process<Note, Noted, String> {

    private final ProcessContext<Noted, String> home;

    private Notes(ProcessContext<Noted, String> home) {
      this.home = home;
    }

    @Override
    public void recovered() {
      home.leaveWhenIdle();
    }

    @Override
    public void receive(Note message) {
      message.script().accept(home);
    }

    @Override
    public String apply(String notes, Noted noted) {
      return notes + noted.text();
    }

    @Override
    public boolean isBusy() {
      return busy.get();
    }

    @Override
    public String manifest(String notes, List<Noted> events) {
      return "notes:" + notes;
    }
  }

  private record Marks(ProcessContext<Marked, String> home) implements Process<Mark, Marked, String> {

    @Override
    public void receive(Mark message) {
      message.script().accept(home);
    }

    @Override
    public String apply(String marks, Marked marked) {
      return marks + marked.text();
    }

    @Override
    public String manifest(String marks, List<Marked> events) {
      return "marks:" + events.size();
    }
  }

  /** Whether the process of notes is busy. */
  final AtomicBoolean busy = new AtomicBoolean();
  final HomeType type = new HomeType("home", KEEP_IN_MEMORY, List.of(
      new ProcessType<>(Note.class, Noted.class, "", Notes::new), new ProcessType<>(Mark.class, Marked.class, "", Marks::new)),
      List.of(COUNTER));

  static Note note(Consumer<ProcessContext<Noted, String>> script) {
    return new Note(script);
  }

  static Mark mark(Consumer<ProcessContext<Marked, String>> script) {
    return new Mark(script);
  }

  /** A command to the counter. */
  static Message add(int number, ActorRef<StatusReply<Integer>> replyTo) {
    return new Message.Ask<>(COUNTER.name(), number, replyTo);
  }
}
