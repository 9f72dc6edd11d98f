package io.orderflow.account;

import io.orderflow.saga.SagaDefinition;

/**
 * What happens to a transfer. Whatever the recipient could refuse is asked first, and once the money is taken it is paid in however long
 * that takes: there is no moment at which it could be given back although it has arrived.
 */
public final class TransferSaga {

  private TransferSaga() {}

  /** The saga over this service. */
  public static SagaDefinition<Transfer> definition(Transfers transfers) {
    return SagaDefinition.named("transfer", Transfer.class)
        .step("check-recipient", transfers::check,    null)
        .step("withdraw",        transfers::withdraw, transfers::giveBack)
        .retriable("deposit",    transfers::deposit);
  }
}
