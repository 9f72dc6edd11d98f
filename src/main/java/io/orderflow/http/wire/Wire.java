package io.orderflow.http.wire;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.util.ByteString;
import com.typesafe.config.Config;
import java.util.HashSet;
import java.util.Set;

/** The flows of bytes that connections pass. */
public final class Wire {

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");

  private Wire() {}

  /** What clients send to a server of this node; for any number of connections. */
  public static Flow<ByteString, ByteString, NotUsed> requests(Config orderflow) {
    Set<String> methods = new HashSet<>(METHODS);
    methods.addAll(orderflow.getStringList("gateway.further-methods"));
    RequestRules rules = new RequestRules(Set.copyOf(methods), Limits.REQUEST);
    return Flow.fromGraph(new ScannerStage(() -> new RequestScanner(rules), orderflow.getDuration("http.header-timeout")));
  }

  /** What a service answers on one connection. */
  public static Flow<ByteString, ByteString, NotUsed> responses(ResponseScanner.Exchange exchange) {
    return Flow.fromGraph(new ScannerStage(() -> new ResponseScanner(exchange), java.time.Duration.ofDays(1)));
  }
}
