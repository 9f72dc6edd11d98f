package io.orderflow.payment;

/** What a source of money answers to a refund; either way nothing is charged under the key now, nor ever will be. */
public enum RefundResult { REFUNDED, NOTHING_TO_REFUND }
