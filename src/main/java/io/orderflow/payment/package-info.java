/**
 * Payments, one for each order: by card through the payment provider, or from an account.
 *
 * <p>{@link io.orderflow.payment.PaymentService} sends a command to the actor {@link io.orderflow.payment.Payment}, which calls the source of
 * the money and records the outcome. Cards are charged by {@link io.orderflow.payment.PaymentProvider}, through the circuit breaker
 * {@code PaymentBreaker}. A call that can't be made now is queued. The journal index keeps the table of queued payments, from which
 * {@link io.orderflow.payment.PaymentQueue} makes them in their order.
 */
package io.orderflow.payment;
