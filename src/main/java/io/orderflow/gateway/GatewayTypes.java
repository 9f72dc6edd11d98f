package io.orderflow.gateway;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** Serialisation names of the messages of the rate limiter and of service discovery. */
public final class GatewayTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("service-node.address", ServiceNodes.IAmAt.class),
        Map.entry("service-node.left", ServiceNodes.Left.class),
        Map.entry("service-node.leaving", ServiceNodes.Leaving.class),
        Map.entry("service-node.where", ServiceNodes.WhereAreYou.class),
        Map.entry("throttle.granted", TokenBucketShard.Granted.class),
        Map.entry("throttle.lease", TokenBucketShard.Lease.class),
        Map.entry("throttle.return", TokenBucketShard.Return.class),
        Map.entry("throttle.sweep", TokenBucketShard.Sweep.class));
  }
}
