package io.orderflow.account;

import io.orderflow.kernel.Money;

/** The input of a transfer saga: moves an amount between two accounts in the same currency. */
public record Transfer(String from, String to, Money amount) {}
