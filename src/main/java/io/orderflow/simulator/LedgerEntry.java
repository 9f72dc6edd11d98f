package io.orderflow.simulator;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * What came under one idempotency key.
 *
 * @param number orders the ledger, the oldest first
 * @param orderId null, as are amount and currency, when no charge came before the refund
 * @param amount a decimal with the currency's digits
 * @param status succeeded, refunded, declined, or void: refunded without having been charged
 * @param transactionId null when nothing was charged
 * @param chargedAt null when nothing was charged
 * @param refundedAt when the key was given its end by a refund; null before that
 * @param calls how many charge calls came under the key, repeats and refused ones included
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LedgerEntry(@JsonIgnore long number, String idempotencyKey, String orderId, String amount, String currency, String status,
    String transactionId, Instant chargedAt, Instant refundedAt, int calls) {}
