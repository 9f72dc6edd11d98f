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

/** Passes a peer's bytes through a scanner, and enforces the time limit for incomplete elements ({@link Scanner#isIncomplete}). */
final class ScannerStage extends GraphStage<FlowShape<ByteString, ByteString>> {

  private static final String TIMEOUT = "timeout";
  private static final String END = "end";
  /** Time for the last response after reading has stopped. Akka HTTP then closes the connection, unless HTTP/2 streams are open. */
  private static final Duration LAST_ANSWER = Duration.ofSeconds(5);

  private final Inlet<ByteString> in = Inlet.create("Scanner.in");
  private final Outlet<ByteString> out = Outlet.create("Scanner.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Supplier<Scanner> scanners;
  private final Duration limit;

  /**
   * A stage for any number of connections.
   *
   * @param scanners creates a scanner for each connection
   * @param limit the longest time for a head; a head that begins while the timer runs for an earlier one may take twice as long
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
        if (scanner.mustClose()) {
          completeStage();
        }
      }
    }

    private void afterScan() {
      if (scanner.isEnded() && !isTimerActive(END)) {
        scheduleOnce(END, LAST_ANSWER);
      } else if (!waiting && scanner.isIncomplete()) {
        await();
      }
    }

    private void ask() {
      // The inlet may have been pulled already, before the timeout emitted bytes.
      if (!hasBeenPulled(in)) {
        pull(in);
      }
    }

    private void await() {
      waiting = true;
      completed = scanner.completed();
      scheduleOnce(TIMEOUT, limit);
    }

    @Override
    public void onTimer(Object key) {
      if (END.equals(key)) {
        failStage(MalformedMessage.because("the connection was not closed after its last response"));
        return;
      }
      waiting = false;
      if (!scanner.isIncomplete()) {
        return;
      }
      if (scanner.completed() != completed) {
        // The awaited element is complete and another has begun. It gets a new limit; a timer for each element would cost more.
        await();
        return;
      }
      try {
        emit(out, scanner.timedOut());
        afterScan();
      } catch (MalformedMessage malformed) {
        failStage(malformed);
      }
    }
  }
}
