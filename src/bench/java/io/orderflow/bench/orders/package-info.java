/** Orderflow beside a hand-written SQL service that does the same work, on the same database under the same load: {@code src/bench/orders}. */
package io.orderflow.bench.orders;
