/** Counts and measures for Prometheus, on the management port. */
package io.orderflow.metrics;
