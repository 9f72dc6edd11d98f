package io.orderflow.payment;

/** What a source of money answers to a charge. */
public sealed interface ChargeResult {

  record Charged(String transactionId) implements ChargeResult {}

  /**
   * The money is not to be had; repeating the charge would not help.
   *
   * @param code stable, in upper case; what the order shows as its reason
   * @param reason one sentence for people
   */
  record Declined(String code, String reason) implements ChargeResult {}

  /** The charge under this key was refunded, maybe before it came: it can never be made. */
  record AlreadyRefunded() implements ChargeResult {}
}
