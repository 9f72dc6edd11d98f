package io.orderflow.payment;

/** The answer of a source of money to a charge. */
public sealed interface ChargeResult {

  record Charged(String transactionId) implements ChargeResult {}

  /**
   * The charge is declined. A retry would not help.
   *
   * @param code stable, in upper case; the order shows it as its reason
   * @param reason one sentence for people
   */
  record Declined(String code, String reason) implements ChargeResult {}

  /** A refund under this key was made, perhaps before the charge arrived: the charge can never be made. */
  record AlreadyRefunded() implements ChargeResult {}
}
