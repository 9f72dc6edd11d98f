package io.orderflow.gateway;

import akka.NotUsed;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.ResponseEntity;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Flow;
import akka.stream.stage.AbstractInOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.util.ByteString;

/** Streams bodies through the gateway. Nothing is stored: memory holds only the bytes that one side has sent and the other has not yet read. */
final class Bodies {

  private Bodies() {}

  /**
   * Wraps a response body with callbacks for its end.
   *
   * @param read called when the whole body has arrived
   * @param broken called when the body failed or the client disconnected
   */
  static ResponseEntity watched(ResponseEntity body, Runnable read, Runnable broken) {
    Flow<ByteString, ByteString, NotUsed> watch = watch(read, broken);
    if (body instanceof HttpEntity.Default sized) {
      return HttpEntities.create(sized.getContentType(), sized.getContentLengthOption().getAsLong(), sized.getDataBytes().via(watch));
    }
    // A body that the service ends by closing is sent on in chunks, so that the client can tell a complete response from a truncated one.
    return HttpEntities.createChunked(body.getContentType(), body.getDataBytes().via(watch));
  }

  /** Passes bytes on and reports whether the stream completed or broke. */
  static Flow<ByteString, ByteString, NotUsed> watch(Runnable whole, Runnable broken) {
    return Flow.fromGraph(new Watched(Long.MAX_VALUE, whole, broken, () -> {}));
  }

  /**
   * Wraps a request body with callbacks for its end.
   *
   * @param sent called when the whole body has been sent
   * @param malformed called when the client disconnected or sent malformed framing
   */
  static RequestEntity watched(RequestEntity body, Runnable sent, Runnable malformed) {
    if (body instanceof HttpEntity.Default sized) {
      return HttpEntities.create(sized.getContentType(), sized.getContentLengthOption().getAsLong(),
          sized.getDataBytes().via(Flow.fromGraph(new Watched(sized.getContentLengthOption().getAsLong(), sent, () -> {}, malformed))));
    }
    return HttpEntities.createChunked(body.getContentType(),
        body.getDataBytes().via(Flow.fromGraph(new Watched(Long.MAX_VALUE, sent, () -> {}, malformed))));
  }

  /**
   * Passes bytes on and reports how the stream ended. The chunk that completes the announced length is held back until the end of the stream is seen.
   * The service therefore can't respond earlier: a response to a request whose end our server has not yet seen would cost the client its connection.
   */
  private static final class Watched extends GraphStage<FlowShape<ByteString, ByteString>> {

    private final Inlet<ByteString> in = Inlet.create("Watched.in");
    private final Outlet<ByteString> out = Outlet.create("Watched.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final long length;
    private final Runnable whole;
    private final Runnable broken;
    private final Runnable failed;

    private Watched(long length, Runnable whole, Runnable broken, Runnable failed) {
      this.failed = failed;
      this.length = length;
      this.whole = whole;
      this.broken = broken;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
      return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
      return new GraphStageLogic(shape) {
        private long passed;
        private ByteString last;
        private boolean ended;

        {
          setHandlers(in, out, new AbstractInOutHandler() {
            @Override
            public void onPush() {
              ByteString part = grab(in);
              passed += part.size();
              if (passed < length) {
                push(out, part);
              } else {
                last = part;
                pull(in);
              }
            }

            @Override
            public void onPull() {
              pull(in);
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              failed.run();
              failStage(failure);
            }

            @Override
            public void onUpstreamFinish() {
              ended = true;
              whole.run();
              if (last != null) {
                emit(out, last, () -> completeStage());
              } else {
                completeStage();
              }
            }
          });
        }

        @Override
        public void postStop() {
          if (!ended) {
            broken.run();
          }
        }
      };
    }
  }
}
