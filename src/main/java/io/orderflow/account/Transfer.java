package io.orderflow.account;

import io.orderflow.kernel.Money;

/** An amount on its way from one account to another of the same currency. */
public record Transfer(String from, String to, Money amount) {}
