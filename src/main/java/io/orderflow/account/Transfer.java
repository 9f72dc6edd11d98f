package io.orderflow.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.Money;

/**
 * The input of a transfer saga: moves an amount between two accounts in the same currency.
 *
 * @param payer the user who transfers, and whose {@code from} must be; null if it may be anybody's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Transfer(String from, String to, Money amount, String payer) {}
