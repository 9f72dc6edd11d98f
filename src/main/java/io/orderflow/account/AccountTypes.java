package io.orderflow.account;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of accounts and transfers. */
public final class AccountTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("account.deposited", Account.Deposited.class),
        Map.entry("account.opened", Account.Opened.class),
        Map.entry("account.state", Account.State.class),
        Map.entry("account.withdrawal-voided", Account.WithdrawalVoided.class),
        Map.entry("account.withdrawn", Account.Withdrawn.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("account.balance", Account.Balance.class),
        Map.entry("account.deposit", Account.Deposit.class),
        Map.entry("account.get", Account.Get.class),
        Map.entry("account.open", Account.Open.class),
        Map.entry("account.pay", Account.Pay.class),
        Map.entry("account.pay-back", Account.PayBack.class),
        Map.entry("account.receive", Account.Receive.class),
        Map.entry("account.withdraw", Account.Withdraw.class));
  }
}
