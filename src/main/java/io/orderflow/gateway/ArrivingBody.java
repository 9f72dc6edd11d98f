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
 * Enforces a minimum upload rate on a request body. A client that sends a byte now and then would otherwise hold a permit and a connection to the
 * service indefinitely. Only time spent waiting for the client counts; time in which the service applies back-pressure does not.
 */
final class ArrivingBody extends GraphStage<FlowShape<ByteString, ByteString>> {

  /** The time limit applies to each block of this many bytes. */
  static final int STEP_BYTES = 16 * 1024;
  /** Timer checks per time limit. */
  private static final int CHECKS = 10;

  private final Inlet<ByteString> in = Inlet.create("ArrivingBody.in");
  private final Outlet<ByteString> out = Outlet.create("ArrivingBody.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Duration limit;
  private final BooleanSupplier onComplete;
  private final Runnable onTimeout;

  private ArrivingBody(Duration limit, BooleanSupplier onComplete, Runnable onTimeout) {
    this.limit = limit;
    this.onComplete = onComplete;
    this.onTimeout = onTimeout;
  }

  /**
   * Wraps the body so that it fails when the client is too slow.
   *
   * @param limit the longest time that each {@value #STEP_BYTES} bytes may take
   * @param onComplete called when the whole body has arrived, before its end is passed on; false makes the body fail instead
   * @param onTimeout called when the client was too slow, before the body fails
   */
  static RequestEntity of(RequestEntity body, Duration limit, BooleanSupplier onComplete, Runnable onTimeout) {
    Source<ByteString, Object> bytes = body.getDataBytes().via(Flow.fromGraph(new ArrivingBody(limit, onComplete, onTimeout)));
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
    /** Nanoseconds spent waiting for the client in the current block. */
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
          if (onComplete.getAsBoolean()) {
            completeStage();
          } else {
            failStage(new IllegalStateException("no permit is free for the request"));
          }
        }
      });
    }

    @Override
    public void preStart() {
      scheduleWithFixedDelay("check", limit.dividedBy(CHECKS), limit.dividedBy(CHECKS));
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
        onTimeout.run();
        failStage(new TimeoutException("the body arrives too slowly"));
      }
    }
  }
}
