package io.orderflow.payment;

/** The answer of a source of money to a refund. Either way no charge exists under the key, and none can be made. */
public enum RefundResult { REFUNDED, NOTHING_TO_REFUND }
