package io.orderflow.http.wire;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.util.ByteString;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;

/** Creates the scanning flows for connections. */
public final class Wire {

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");

  private static final Duration NEVER = Duration.ofDays(1);

  private Wire() {}

  /** The rules for clients of this node's servers. */
  public static final class Requests {

    private final RequestRules rules;
    private final Duration headerTimeout;

    private Requests(RequestRules rules, Duration headerTimeout) {
      this.rules = rules;
      this.headerTimeout = headerTimeout;
    }

    /**
     * The connection of one client, its bytes scanned in both directions.
     *
     * @param connection takes the bytes for the client, and gives those of the client
     * @param reset called with the number of each HTTP/2 stream that the client resets
     */
    public Flow<ByteString, ByteString, NotUsed> scanned(Flow<ByteString, ByteString, NotUsed> connection, IntConsumer reset) {
      ClientLink link = new ClientLink();
      return Flow.fromGraph(new ScannerStage(() -> new SentFramesScanner(link), NEVER)).via(connection)
          .via(Flow.fromGraph(new ScannerStage(() -> new RequestScanner(rules, link, reset), headerTimeout)));
    }
  }

  /** The rules for requests to this node's servers. */
  public static Requests requests(Config orderflow) {
    Set<String> methods = new HashSet<>(METHODS);
    methods.addAll(orderflow.getStringList("gateway.further-methods"));
    return new Requests(new RequestRules(Set.copyOf(methods), Limits.REQUEST), orderflow.getDuration("http.header-timeout"));
  }

  /** A flow that scans a service's responses on one connection. */
  public static Flow<ByteString, ByteString, NotUsed> responses(ResponseScanner.Exchange exchange) {
    return Flow.fromGraph(new ScannerStage(() -> new ResponseScanner(exchange), NEVER));
  }
}
