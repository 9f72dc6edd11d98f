/** Aggregates as pure functions, and the group commit that lets a hot one take tens of thousands of changes per second. */
package io.orderflow.aggregate;
