package io.orderflow.account;

import akka.http.javadsl.server.Route;
import io.orderflow.archive.ArchiveRule;
import io.orderflow.history.HistoryRoutes;
import io.orderflow.history.PastRoutes;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.saga.EndedSagas;
import io.orderflow.saga.Sagas;
import java.util.List;

/** Contributes accounts and transfers to a node. */
public final class AccountModule implements Module {

  private final NodeContext node;
  private final AccountService accounts;
  private final Sagas<Transfer> transfers;

  public AccountModule(NodeContext node) {
    this.node = node;
    this.accounts = new AccountService(node.system(), node.clock());
    this.transfers = Sagas.init(node.system(), TransferSaga.definition(new Transfers(accounts)), node.clock());
  }

  public AccountService service() {
    return accounts;
  }

  @Override
  public List<Sagas<?>> sagas() {
    return List.of(transfers);
  }

  @Override
  public List<ArchiveRule> archiveRules() {
    return EndedSagas.of(transfers.name(), EndedSagas.Unfinished.NOTHING);
  }

  @Override
  public List<String> snapshotted() {
    return List.of(Account.NAME);
  }

  @Override
  public List<Route> routes() {
    AccountHistory history = new AccountHistory(node.system());
    return List.of(
        new AccountRoutes(accounts, history, node.clients(), node.requestKeys(), node.ids()).routes(),
        new TransferRoutes(accounts, transfers, node.requestKeys(), transfers.hosted(node.ids())).routes(),
        new HistoryRoutes("accounts", "accountId", history.events(), accounts::get, AccountRoutes.owned(accounts)).routes(),
        new PastRoutes("accounts", "accountId", history.events(),
            (account, sequence, stop) -> history.atSequence(account, sequence, stop).thenApply(AccountResponse::of), Account.notFound(), node.clients()).routes());
  }
}
