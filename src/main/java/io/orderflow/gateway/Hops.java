package io.orderflow.gateway;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.UUID;

/**
 * Detects forwarding loops, as when a service's address leads back to a gateway. Each gateway adds itself to {@code Via} (RFC 9110, section 7.6.3). A
 * request is a loop if it has passed this gateway before, or too many other Orderflow gateways; the second rule ends loops through several gateways.
 */
final class Hops {

  private static final String PREFIX = "orderflow-";
  /** Limit for a chain of gateways. One gateway in front of another cluster's gateway is a real use; four are taken for a loop. */
  private static final int MAX_GATEWAYS = 4;

  private final String pseudonym = PREFIX + UUID.randomUUID().toString().substring(0, 8);

  /** Whether the request is caught in a forwarding loop. */
  boolean isLoop(HttpRequest request) {
    int gateways = 0;
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("via")) {
        for (String entry : header.value().split(",")) {
          String[] parts = entry.strip().split("\\s+");
          String by = parts.length > 1 ? parts[1] : "";
          if (by.equals(pseudonym) || by.startsWith(PREFIX) && ++gateways == MAX_GATEWAYS) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** This gateway's entry for {@code Via}. */
  HttpHeader via(HttpRequest request) {
    return RawHeader.create("Via", (request.protocol().value().equals("HTTP/2.0") ? "2.0 " : "1.1 ") + pseudonym);
  }
}
