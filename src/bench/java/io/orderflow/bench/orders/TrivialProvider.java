package io.orderflow.bench.orders;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** A payment provider that accepts every charge at once and remembers nothing: what it costs is the call. */
final class TrivialProvider {

  private TrivialProvider() {}

  /** Starts it on a free port, and answers that. */
  static int start() throws IOException {
    AtomicLong charges = new AtomicLong();
    return BlockingServer.start(0, () -> (wire, body) -> wire.send("HTTP/1.1 200 OK\r\n",
        ("{\"transactionId\":\"tx_" + charges.incrementAndGet() + "\",\"status\":\"succeeded\"}").getBytes(StandardCharsets.US_ASCII)));
  }
}
