package io.orderflow.gateway;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.RequestEntity;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.stream.stage.AbstractInOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Passes a request's body on and holds its client to a speed: one that sends a byte now and then would keep a place and a connection to the
 * service for as long as it likes. Only the time counts in which the client is waited for, not the time in which the service doesn't read.
 */
final class ArrivingBody extends GraphStage<FlowShape<ByteString, ByteString>> {

  /** The bytes for which the client has the time limit. */
  static final int STEP_BYTES = 16 * 1024;
  /** How often in a time limit it is looked at. */
  private static final int LOOKS = 10;

  private final Inlet<ByteString> in = Inlet.create("ArrivingBody.in");
  private final Outlet<ByteString> out = Outlet.create("ArrivingBody.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Duration limit;
  private final BooleanSupplier whole;
  private final Runnable late;

  private ArrivingBody(Duration limit, BooleanSupplier whole, Runnable late) {
    this.limit = limit;
    this.whole = whole;
    this.late = late;
  }

  /**
   * The body held to the limit.
   *
   * @param limit how long each {@value #STEP_BYTES} bytes may take
   * @param whole told that all of it has come, before the end goes on; it answers whether the end may go on
   * @param late told that the client was too slow, before the body fails
   */
  static RequestEntity of(RequestEntity body, Duration limit, BooleanSupplier whole, Runnable late) {
    Source<ByteString, Object> bytes = body.getDataBytes().via(Flow.fromGraph(new ArrivingBody(limit, whole, late)));
    return body instanceof HttpEntity.Default sized
        ? HttpEntities.create(body.getContentType(), sized.getContentLengthOption().getAsLong(), bytes)
        : HttpEntities.createChunked(body.getContentType(), bytes);
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

    private boolean waiting;
    private long since;
    /** Nanoseconds waited for the bytes of this step. */
    private long waited;
    private int bytes;

    private Logic() {
      super(shape);
      setHandlers(in, out, new AbstractInOutHandler() {
        @Override
        public void onPush() {
          take(grab(in));
        }

        @Override
        public void onPull() {
          waiting = true;
          since = System.nanoTime();
          pull(in);
        }

        @Override
        public void onUpstreamFinish() {
          if (whole.getAsBoolean()) {
            completeStage();
          } else {
            failStage(new IllegalStateException("there is no place for the request"));
          }
        }
      });
    }

    @Override
    public void preStart() {
      scheduleWithFixedDelay("look", limit.dividedBy(LOOKS), limit.dividedBy(LOOKS));
    }

    private void take(ByteString part) {
      waiting = false;
      waited += System.nanoTime() - since;
      bytes += part.size();
      if (bytes >= STEP_BYTES) {
        bytes = 0;
        waited = 0;
      }
      push(out, part);
    }

    @Override
    public void onTimer(Object key) {
      if (waited + (waiting ? System.nanoTime() - since : 0) > limit.toNanos()) {
        late.run();
        failStage(new TimeoutException("the body comes too slowly"));
      }
    }
  }
}
