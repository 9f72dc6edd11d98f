/** What the node counts and measures, for Prometheus at the management port. */
package io.orderflow.metrics;
