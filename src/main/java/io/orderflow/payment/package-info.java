/** Payments: the provider behind its circuit breaker. */
package io.orderflow.payment;
