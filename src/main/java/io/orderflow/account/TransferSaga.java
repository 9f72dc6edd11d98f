package io.orderflow.account;

import io.orderflow.saga.SagaDefinition;

/**
 * The steps of a transfer. The recipient is checked first, so that after the withdrawal, which is the pivot, the deposit can be retried until
 * it succeeds. A deposit is thus never in doubt when the withdrawal is compensated.
 */
public final class TransferSaga {

  private TransferSaga() {}

  /** Defines the saga over this service. */
  public static SagaDefinition<Transfer> definition(Transfers transfers) {
    return SagaDefinition.named("transfer", Transfer.class)
        .step("check-recipient", transfers::check,    null)
        .step("withdraw",        transfers::withdraw, transfers::undoWithdrawal)
        .retriable("deposit",    transfers::deposit);
  }
}
