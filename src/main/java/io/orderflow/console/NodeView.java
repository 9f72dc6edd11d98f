package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.payment.BreakerSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A member of the cluster.
 *
 * @param status as the cluster sees it, such as Up or Leaving
 * @param breakers its circuit breakers; null if it has no services or does not answer
 * @param shards how many shards it carries of each kind; null likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NodeView(String address, String status, boolean reachable, List<String> roles, String version, Instant startedAt, List<BreakerSnapshot> breakers,
    Map<String, Integer> shards) {

  boolean hasOpenBreaker() {
    return breakers != null && breakers.stream().anyMatch(breaker -> breaker.state() == BreakerSnapshot.State.OPEN);
  }
}
