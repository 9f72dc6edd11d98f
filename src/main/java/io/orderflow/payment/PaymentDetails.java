package io.orderflow.payment;

import io.orderflow.kernel.Money;

/** What to charge or refund. @param key the idempotency key, the same for the charge, its retries and its refund */
public record PaymentDetails(String key, Money amount, PaymentMethod method) {}
