package io.orderflow.account;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.eventsourcing.HostedAggregate;

/** The service of accounts as a running node has it. */
public final class RunningAccounts {

  private RunningAccounts() {}

  public static AccountService of(ActorSystem<?> system) {
    return new AccountService(HostedAggregate.client(system, AccountService.type(AggregateKit.CLOCK, new Account.Remembered(1, 1))));
  }
}
