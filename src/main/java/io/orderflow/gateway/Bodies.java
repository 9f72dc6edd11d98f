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

  private static final Runnable NOTHING = () -> {};

  private Bodies() {}

  /**
   * Wraps a response body with callbacks for its end.
   *
   * @param onComplete called when the whole body has arrived, before the client can have read it
   * @param onBroken called when the body failed or the client disconnected
   */
  static ResponseEntity watched(ResponseEntity body, Runnable onComplete, Runnable onBroken) {
    if (body instanceof HttpEntity.Default sized) {
      long length = sized.getContentLengthOption().getAsLong();
      return HttpEntities.create(sized.getContentType(), length, sized.getDataBytes().via(flow(length, onComplete, onBroken, NOTHING)));
    }
    // A body that the service ends by closing is sent on in chunks, so that the client can tell a complete response from a truncated one.
    return HttpEntities.createChunked(body.getContentType(), body.getDataBytes().via(watch(onComplete, onBroken)));
  }

  /** Passes bytes on and reports whether the stream completed or broke. */
  static Flow<ByteString, ByteString, NotUsed> watch(Runnable onComplete, Runnable onBroken) {
    return flow(Long.MAX_VALUE, onComplete, onBroken, NOTHING);
  }

  /**
   * Wraps a request body with callbacks for its end.
   *
   * @param onComplete called when the whole body has arrived, before the service can have read it
   * @param onFailure called when the client disconnected or sent malformed framing
   */
  static RequestEntity watched(RequestEntity body, Runnable onComplete, Runnable onFailure) {
    if (body instanceof HttpEntity.Default sized) {
      long length = sized.getContentLengthOption().getAsLong();
      return HttpEntities.create(sized.getContentType(), length, sized.getDataBytes().via(flow(length, onComplete, NOTHING, onFailure)));
    }
    return HttpEntities.createChunked(body.getContentType(), body.getDataBytes().via(flow(Long.MAX_VALUE, onComplete, NOTHING, onFailure)));
  }

  private static Flow<ByteString, ByteString, NotUsed> flow(long length, Runnable onComplete, Runnable onBroken, Runnable onFailure) {
    return Flow.fromGraph(new Watched(length, onComplete, onBroken, onFailure));
  }

  /**
   * Passes bytes on and reports how the stream ended. The chunk that completes the announced length is held back until the end of the stream is seen.
   * A service therefore can't respond earlier: a response to a request whose end our server has not yet seen would cost the client its connection. A
   * client can't have a whole response before the connection to the service is free for the next request.
   */
  private static final class Watched extends GraphStage<FlowShape<ByteString, ByteString>> {

    private final Inlet<ByteString> in = Inlet.create("Watched.in");
    private final Outlet<ByteString> out = Outlet.create("Watched.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final long length;
    private final Runnable onComplete;
    private final Runnable onBroken;
    private final Runnable onFailure;

    private Watched(long length, Runnable onComplete, Runnable onBroken, Runnable onFailure) {
      this.length = length;
      this.onComplete = onComplete;
      this.onBroken = onBroken;
      this.onFailure = onFailure;
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
              onFailure.run();
              failStage(failure);
            }

            @Override
            public void onUpstreamFinish() {
              ended = true;
              onComplete.run();
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
            onBroken.run();
          }
        }
      };
    }
  }
}
