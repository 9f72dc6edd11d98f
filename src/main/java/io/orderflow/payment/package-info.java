/** Payments, one for each order: by card through the payment provider, or from an account. */
package io.orderflow.payment;
