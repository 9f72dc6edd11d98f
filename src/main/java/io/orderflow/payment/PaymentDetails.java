package io.orderflow.payment;

import io.orderflow.kernel.Money;

/** The amount of a charge and of its refund, and the method. @param key the idempotency key, the same for the charge, its retries and its refund */
public record PaymentDetails(String key, Money amount, PaymentMethod method) {}
