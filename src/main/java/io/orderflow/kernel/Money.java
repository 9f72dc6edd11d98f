package io.orderflow.kernel;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Optional;

/**
 * Represents an exact amount of one currency, in the currency's minor units (cents for EUR, whole yen for JPY).
 *
 * @param minor the amount in minor units, at most {@link #MAX_MINOR} in either direction
 * @param currency the ISO 4217 code
 */
public record Money(long minor, String currency) {

  /** The largest amount, in minor units. It is far below a long's limit, so that sums of thousands of amounts can't overflow. */
  public static final long MAX_MINOR = 1_000_000_000_000_000L;

  /** @throws IllegalArgumentException if the amount is larger than {@link #MAX_MINOR} or the currency is not in ISO 4217 */
  public Money {
    if (minor > MAX_MINOR || minor < -MAX_MINOR) {
      throw new IllegalArgumentException("the amount is too large");
    }
    digits(currency).orElseThrow(() -> new IllegalArgumentException(currency + " is not an ISO 4217 currency"));
  }

  /** Zero in this currency. */
  public static Money zero(String currency) {
    return new Money(0, currency);
  }

  /**
   * Converts a decimal amount, as clients write it.
   *
   * @throws IllegalArgumentException if it has more decimal digits than the currency or is too large, or if the currency is unknown
   */
  public static Money of(BigDecimal amount, String currency) {
    int digits = digits(currency)
        .orElseThrow(() -> new IllegalArgumentException(currency + " is not an ISO 4217 currency"));
    // Checked before any arithmetic: 1e999999999 is short to write, but computing with it would take for ever.
    BigDecimal plain = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
    if ((long) plain.precision() - plain.scale() > 16) {
      throw new IllegalArgumentException("the amount is too large");
    }
    if (plain.scale() > digits) {
      throw new IllegalArgumentException(currency + " has " + digits + " decimal digits");
    }
    return new Money(plain.movePointRight(digits).longValueExact(), currency);
  }

  /** The number of decimal digits of an ISO 4217 currency. Empty if the currency is unknown or has no minor unit (XAU, XXX). */
  public static Optional<Integer> digits(String currency) {
    try {
      int digits = Currency.getInstance(currency).getDefaultFractionDigits();
      return digits < 0 ? Optional.empty() : Optional.of(digits);
    } catch (IllegalArgumentException | NullPointerException unknown) {
      return Optional.empty();
    }
  }

  /** @throws IllegalArgumentException if the currencies differ or the sum is too large */
  public Money plus(Money other) {
    return new Money(minor + same(other).minor, currency);
  }

  /** @throws IllegalArgumentException if the currencies differ or the difference is too large */
  public Money minus(Money other) {
    return new Money(minor - same(other).minor, currency);
  }

  /** @throws IllegalArgumentException if the product is too large */
  public Money times(int quantity) {
    try {
      return new Money(Math.multiplyExact(minor, quantity), currency);
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException("the amount is too large", overflow);
    }
  }

  /** @throws IllegalArgumentException if the currencies differ */
  public boolean lessThan(Money other) {
    return minor < same(other).minor;
  }

  /** The decimal amount with the currency's digits and without its code, such as {@code 12.30}. */
  public String amount() {
    return BigDecimal.valueOf(minor).movePointLeft(digits(currency).orElseThrow()).setScale(digits(currency).orElseThrow())
        .toPlainString();
  }

  @Override
  public String toString() {
    return amount() + " " + currency;
  }

  private Money same(Money other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException(other.currency + " is not " + currency);
    }
    return other;
  }
}
