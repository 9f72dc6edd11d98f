package io.orderflow.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.account.Account.Balance;
import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Money;
import java.math.BigDecimal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one account live at once: no money comes to be or is lost, by payments and by both sides of a transfer. */
class AccountIncarnationsSpec {

  private static final String WITHDRAWAL = "t-1/withdraw";
  private static final String DEPOSIT = "t-1/deposit";

  private final AggregateIncarnations<Account.Command, Account.Event, Account.State, Balance> account =
      new AggregateIncarnations<>(AccountService.type(AggregateKit.CLOCK, new Account.Remembered(1000, 1000)), "ada");

  @BeforeEach
  void hundred() {
    account.older.spawns();
    account.older.ask(new Account.Open(null, "EUR"));
    account.older.ask(deposit("100.00", "d"));
  }

  @AfterEach
  void close() {
    account.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_withdrawal_that_lands_late_is_given_back(boolean heard) {
    LateJournal.Held paid = account.olderWritesLate(pay());
    account.newer.spawns();
    if (!heard) {
      paid.isGivenUp();
    }
    paid.lands();
    assertThat(account.newer.ask(payBack()).isSuccess()).isTrue();
    assertBalance(account.newer, "100.00");
    account.newer.refuses(pay(), "VOIDED");
  }

  @Test
  void a_withdrawal_that_comes_after_it_was_given_back_takes_nothing() {
    account.newer.spawns();
    assertThat(account.newer.ask(payBack()).isSuccess()).isTrue();
    account.older.refuses(pay(), "VOIDED");
    assertBalance(account.older, "100.00");
  }

  @Test
  void the_same_money_is_withdrawn_once() {
    account.newer.spawns();
    assertThat(account.newer.ask(pay()).isSuccess()).isTrue();
    assertThat(account.older.ask(withdraw("1.00", "w")).isSuccess()).isFalse();
    assertThat(account.older.ask(pay()).isSuccess()).isTrue();
    assertBalance(account.older, "0.00");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_deposit_of_a_transfer_that_two_of_its_incarnations_make_is_booked_once(boolean late) {
    LateJournal.Held deposited = account.olderWritesLate(deposit("5.00", DEPOSIT));
    account.newer.spawns();
    if (!late) {
      deposited.lands();
    }
    assertThat(account.newer.ask(deposit("5.00", DEPOSIT)).isSuccess()).isTrue();
    deposited.lands();
    assertThat(account.older.ask(deposit("5.00", DEPOSIT)).isSuccess()).isTrue();
    assertBalance(account.newer, "105.00");
  }

  @Test
  void what_is_deposited_on_both_at_once_is_all_there() {
    account.newer.spawns();
    for (int i = 0; i < 3; i++) {
      assertThat(account.older.ask(deposit("1.00", "o-" + i)).isSuccess()).isTrue();
      assertThat(account.newer.ask(deposit("1.00", "n-" + i)).isSuccess()).isTrue();
    }
    assertBalance(account.newer, "106.00");
  }

  private static void assertBalance(AggregateIncarnations<Account.Command, Account.Event, Account.State, Balance>.Incarnation of, String balance) {
    assertThat(of.ask(new Account.Get()).getValue().balance().amount()).isEqualTo(balance);
  }

  private static Account.Command deposit(String amount, String reference) {
    return new Account.Deposit(new BigDecimal(amount), reference);
  }

  private static Account.Command withdraw(String amount, String reference) {
    return new Account.Withdraw(new BigDecimal(amount), reference);
  }

  private static Account.Command pay() {
    return new Account.Pay(new Money(10000, "EUR"), WITHDRAWAL, AggregateKit.NOW.plusSeconds(7));
  }

  private static Account.Command payBack() {
    return new Account.PayBack(WITHDRAWAL);
  }
}
