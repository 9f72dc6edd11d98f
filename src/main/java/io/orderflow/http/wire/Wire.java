package io.orderflow.http.wire;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.util.ByteString;
import com.typesafe.config.Config;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;

/** The flows of bytes that connections pass. */
public final class Wire {

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");

  private Wire() {}

  /** The rules for clients of a node's servers. */
  public static final class Requests {

    private final RequestRules rules;
    private final Duration headerTimeout;

    private Requests(RequestRules rules, Duration headerTimeout) {
      this.rules = rules;
      this.headerTimeout = headerTimeout;
    }

    /**
     * What one client sends, over one connection.
     *
     * @param client its address
     * @param reset is told the number of each HTTP/2 stream that the client resets
     */
    public Flow<ByteString, ByteString, NotUsed> scanned(InetSocketAddress client, IntConsumer reset) {
      return Flow.fromGraph(new ScannerStage(() -> new RequestScanner(rules, client, reset), headerTimeout));
    }
  }

  /** What clients send to the servers of this node. */
  public static Requests requests(Config orderflow) {
    Set<String> methods = new HashSet<>(METHODS);
    methods.addAll(orderflow.getStringList("gateway.further-methods"));
    return new Requests(new RequestRules(Set.copyOf(methods), Limits.REQUEST), orderflow.getDuration("http.header-timeout"));
  }

  /** What a service answers on one connection. */
  public static Flow<ByteString, ByteString, NotUsed> responses(ResponseScanner.Exchange exchange) {
    return Flow.fromGraph(new ScannerStage(() -> new ResponseScanner(exchange), Duration.ofDays(1)));
  }
}
