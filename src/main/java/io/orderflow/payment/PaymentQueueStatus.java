package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * How long the queue for the payment provider is.
 *
 * @param waiting the queued payments, postponed ones included
 * @param postponed the queued payments that fail while others succeed
 * @param oldest since when the first payment is queued that is due and not postponed; null if there is none
 * @param refundsGivenUp the refunds that wait for an operator
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PaymentQueueStatus(int waiting, int postponed, Instant oldest, int refundsGivenUp) {}
