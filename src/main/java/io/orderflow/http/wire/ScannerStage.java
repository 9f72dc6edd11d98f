package io.orderflow.http.wire;

import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AbstractInOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;
import java.util.function.Supplier;

/** Passes a peer's bytes through a scanner, and holds the peer to a time limit for what it owes. */
final class ScannerStage extends GraphStage<FlowShape<ByteString, ByteString>> {

  private static final String LATE = "late";
  private static final String END = "end";
  /** What is left for the last answer on a connection that is read no more. Akka HTTP closes it then, but for open streams of HTTP/2. */
  private static final Duration LAST_ANSWER = Duration.ofSeconds(5);

  private final Inlet<ByteString> in = Inlet.create("Scanner.in");
  private final Outlet<ByteString> out = Outlet.create("Scanner.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Supplier<Scanner> scanners;
  private final Duration limit;

  /**
   * A stage for any number of connections.
   *
   * @param scanners makes one for each connection
   * @param limit how long a head may take; one that began behind another may take twice as long
   */
  ScannerStage(Supplier<Scanner> scanners, Duration limit) {
    this.scanners = scanners;
    this.limit = limit;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {

    private final Scanner scanner = scanners.get();
    private boolean waiting;
    private long completed;

    private Logic() {
      super(shape);
      setHandlers(in, out, new AbstractInOutHandler() {
        @Override
        public void onPush() {
          take(grab(in));
        }

        @Override
        public void onPull() {
          ask();
        }
      });
    }

    private void take(ByteString bytes) {
      ByteString passed;
      try {
        passed = scanner.scan(bytes);
      } catch (MalformedMessage malformed) {
        failStage(malformed);
        return;
      }
      afterScan();
      if (passed.isEmpty()) {
        ask();
      } else {
        push(out, passed);
        if (scanner.isOver()) {
          completeStage();
        }
      }
    }

    private void afterScan() {
      if (scanner.isEnded() && !isTimerActive(END)) {
        scheduleOnce(END, LAST_ANSWER);
      } else if (!waiting && scanner.isOwed()) {
        await();
      }
    }

    private void ask() {
      // It may have been asked already, before the time limit had something else go on.
      if (!hasBeenPulled(in)) {
        pull(in);
      }
    }

    private void await() {
      waiting = true;
      completed = scanner.completed();
      scheduleOnce(LATE, limit);
    }

    @Override
    public void onTimer(Object key) {
      if (END.equals(key)) {
        failStage(MalformedMessage.because("the connection is read no more"));
        return;
      }
      waiting = false;
      if (!scanner.isOwed()) {
        return;
      }
      if (scanner.completed() != completed) {
        // Another one than the timer was set for: it gets the limit anew, rather than each one a timer.
        await();
        return;
      }
      try {
        emit(out, scanner.late());
        afterScan();
      } catch (MalformedMessage malformed) {
        failStage(malformed);
      }
    }
  }
}
