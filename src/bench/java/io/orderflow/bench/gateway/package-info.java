/** The gateway beside other programs in front of the same service: {@code src/bench/gateway}. */
package io.orderflow.bench.gateway;
