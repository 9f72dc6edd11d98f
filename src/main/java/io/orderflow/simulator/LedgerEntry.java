package io.orderflow.simulator;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Records the calls under one idempotency key.
 *
 * @param number the position in the ledger; the oldest entry has the lowest
 * @param orderId null, as are amount and currency, if a refund came without an earlier charge
 * @param amount a decimal with the currency's digits
 * @param status succeeded, refunded, declined, or void (refunded without a charge)
 * @param transactionId null if nothing was charged
 * @param chargedAt null if nothing was charged
 * @param refundedAt when a refund closed the key; null before that
 * @param calls the number of charge calls under the key, repeated and refused calls included
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LedgerEntry(@JsonIgnore long number, String idempotencyKey, String orderId, String amount, String currency, String status,
    String transactionId, Instant chargedAt, Instant refundedAt, int calls) {}
