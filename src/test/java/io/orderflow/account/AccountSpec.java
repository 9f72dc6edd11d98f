package io.orderflow.account;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.account.Account.Balance;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountSpec {

  private static final Instant NOW = AggregateKit.NOW;
  private static final int REMEMBERED = 4;
  private static final String KEY = "order-1/charge-payment";

  private final AggregateKit<Account.Command, Account.Event, Account.State, Balance> account =
      new AggregateKit<>(new Account("ada", AggregateKit.CLOCK, new Account.Remembered(REMEMBERED, REMEMBERED)));

  @Test
  void is_opened_empty() {
    var result = account.tell(open("owner", "EUR"));
    assertThat(result.event()).isEqualTo(new Account.Opened("owner", "EUR", NOW));
    assertThat(result.reply()).isEqualTo(new Balance("ada", "owner", euro(0), 1));
  }

  @Test
  void opened_again_with_the_same_values_nothing_changes() {
    account.tell(open(null, "EUR"));
    assertThat(account.changesNothing(open(null, "EUR"))).isEqualTo(new Balance("ada", null, euro(0), 1));
  }

  @Test
  void opened_again_with_other_values_is_refused() {
    account.tell(open("owner", "EUR"));
    account.refuses(open("owner", "USD"), "ACCOUNT_EXISTS");
    account.refuses(open("other", "EUR"), "ACCOUNT_EXISTS");
    account.refuses(open(null, "EUR"), "ACCOUNT_EXISTS");
  }

  @Test
  void is_unknown_before_it_is_opened() {
    account.refuses(deposit("1", null), "ACCOUNT_NOT_FOUND");
    account.refuses(withdraw("1", null), "ACCOUNT_NOT_FOUND");
    account.refuses(pay(1, KEY), "ACCOUNT_NOT_FOUND");
    account.refuses(new Account.Get(), "ACCOUNT_NOT_FOUND");
  }

  @Test
  void a_deposit_of_100_and_a_withdrawal_of_30_leave_70() {
    account.tell(open(null, "EUR"));
    var deposit = account.tell(deposit("100", "in"));
    assertThat(deposit.event()).isEqualTo(new Account.Deposited(euro(10000), "in", NOW));
    assertThat(deposit.reply()).isEqualTo(new Balance("ada", null, euro(10000), 2));
    var withdrawal = account.tell(withdraw("30.00", "out"));
    assertThat(withdrawal.event()).isEqualTo(new Account.Withdrawn(euro(3000), "out", NOW));
    assertThat(withdrawal.reply()).isEqualTo(new Balance("ada", null, euro(7000), 3));
    account.restart();
    assertThat(account.changesNothing(new Account.Get())).isEqualTo(new Balance("ada", null, euro(7000), 3));
  }

  @Test
  void a_withdrawal_over_the_balance_is_refused_and_one_of_all_of_it_is_not() {
    openWith("10");
    account.refuses(withdraw("10.01", "out"), "INSUFFICIENT_FUNDS");
    assertThat(account.tell(withdraw("10", "out")).reply().balance()).isEqualTo(euro(0));
  }

  @Test
  void a_refused_reference_may_be_used_again() {
    openWith("10");
    account.refuses(withdraw("20", "out"), "INSUFFICIENT_FUNDS");
    account.tell(deposit("10", null));
    assertThat(account.tell(withdraw("20", "out")).reply().balance()).isEqualTo(euro(0));
  }

  @Test
  void the_balance_has_a_limit() {
    openWith("10000000000000");
    account.refuses(deposit("0.01", null), "BALANCE_LIMIT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.001", "0", "-1", "10000000000000.01", "1e999999999", "1e-999999999"})
  void an_amount_that_its_currency_cannot_hold_is_refused(String amount) {
    openWith("10");
    account.refuses(deposit(amount, null), "INVALID_FIELD");
    account.refuses(withdraw(amount, null), "INVALID_FIELD");
  }

  @Test
  void without_a_reference_each_is_a_new_one() {
    openWith("10");
    account.tell(deposit("1", null));
    assertThat(account.tell(deposit("1", null)).reply()).isEqualTo(new Balance("ada", null, euro(1200), 4));
  }

  @Test
  void a_repeated_reference_changes_nothing_and_answers_as_then_also_after_a_restart() {
    openWith("10");
    Balance deposited = account.tell(deposit("5", "in")).reply();
    Balance withdrawn = account.tell(withdraw("7", "out")).reply();
    account.tell(deposit("100", null));
    account.restart();
    assertThat(account.changesNothing(deposit("5.0", "in"))).isEqualTo(deposited);
    assertThat(account.changesNothing(withdraw("7", "out"))).isEqualTo(withdrawn);
  }

  @Test
  void a_repeated_withdrawal_answers_as_then_although_it_would_be_refused_now() {
    openWith("10");
    Balance withdrawn = account.tell(withdraw("10", "out")).reply();
    assertThat(account.changesNothing(withdraw("10", "out"))).isEqualTo(withdrawn);
  }

  @Test
  void a_reference_stands_for_one_operation_and_amount() {
    openWith("10");
    account.tell(deposit("5", "ref"));
    account.refuses(deposit("6", "ref"), "REFERENCE_REUSED");
    account.refuses(withdraw("5", "ref"), "REFERENCE_REUSED");
    account.refuses(pay(500, "ref"), "REFERENCE_REUSED");
    account.refuses(payBack("ref"), "REFERENCE_REUSED");
  }

  @Test
  void forgets_the_oldest_reference_beyond_its_bound() {
    openWith("10");
    for (int i = 0; i <= REMEMBERED; i++) {
      account.tell(deposit("1", "ref-" + i));
    }
    account.changesNothing(deposit("1", "ref-1"));
    assertThat(account.tell(deposit("1", "ref-0")).events()).isNotEmpty();
  }

  @Test
  void clients_push_out_nothing_of_sagas() {
    openWith("100");
    account.tell(pay(700, KEY));
    for (int i = 0; i <= 3 * REMEMBERED; i++) {
      account.tell(deposit("1", "ref-" + i));
    }
    assertThat(account.tell(payBack(KEY)).event()).isEqualTo(new Account.Deposited(euro(700), KEY + "/back", NOW));
  }

  @Test
  void what_a_saga_may_still_give_back_is_never_taken_for_what_never_was() {
    openWith("100");
    account.tell(pay(700, KEY));
    for (int i = 0; i < REMEMBERED; i++) {
      account.tell(pay(100, "order-x" + i + "/charge-payment"));
    }
    account.refuses(payBack(KEY), "FORGOTTEN");
    Account.Operation paid = new Account.Operation(Account.Kind.WITHDRAWAL, 700, 9300, 3, NOW.toEpochMilli());
    account.refuses(payBack(new Account.Past(paid, null, 2)), "FORGOTTEN");
    var back = account.tell(payBack(new Account.Past(paid, null, 7)));
    assertThat(back.event()).isEqualTo(new Account.Deposited(euro(700), KEY + "/back", NOW));
    account.changesNothing(payBack(KEY));
  }

  @Test
  void a_transfers_repeated_deposit_is_booked_once_however_much_came_between() {
    openWith("100");
    account.tell(receive(700, KEY, NOW, null));
    for (int i = 0; i < REMEMBERED; i++) {
      account.tell(receive(100, "transfer-" + i + "/deposit", NOW.plusSeconds(60), null));
    }
    account.refuses(receive(700, KEY, NOW, null), "FORGOTTEN");
    Account.Operation received = new Account.Operation(Account.Kind.DEPOSIT, 700, 10700, 3, NOW.toEpochMilli());
    assertThat(account.changesNothing(receive(700, KEY, NOW, new Account.Past(received, null, 7))).sequence()).isEqualTo(3);
  }

  private static Account.Command payBack(Account.Past past) {
    return new Account.PayBack(KEY, past);
  }

  private static Account.Command receive(int cents, String reference, Instant startedAt, Account.Past past) {
    return new Account.Receive(euro(cents), reference, startedAt, past);
  }

  @Test
  void a_payment_is_taken_once() {
    openWith("10");
    var paid = account.tell(pay(700, KEY));
    assertThat(paid.event()).isEqualTo(new Account.Withdrawn(euro(700), KEY, NOW));
    assertThat(account.changesNothing(pay(700, KEY))).isEqualTo(new Balance("ada", null, euro(300), 3));
    account.refuses(pay(701, KEY), "REFERENCE_REUSED");
  }

  @Test
  void a_payment_is_refused_over_the_balance_in_another_currency_and_too_late() {
    openWith("10");
    account.refuses(pay(1001, KEY), "INSUFFICIENT_FUNDS");
    account.refuses(new Account.Pay(new Money(7, "JPY"), KEY, NOW),
        "CURRENCY_MISMATCH");
    account.refuses(payUntil(NOW.minusNanos(1)), "EXPIRED");
    account.tell(payUntil(NOW));
  }

  @Test
  void a_repeated_payment_is_answered_also_after_its_time() {
    openWith("10");
    account.tell(pay(100, KEY));
    assertThat(account.changesNothing(payUntil(NOW.minusSeconds(9))).balance()).isEqualTo(euro(900));
  }

  @Test
  void a_payment_is_given_back_once_and_never_taken_again() {
    openWith("10");
    account.tell(pay(700, KEY));
    var back = account.tell(payBack(KEY));
    assertThat(back.event()).isEqualTo(new Account.Deposited(euro(700), KEY + "/back", NOW));
    assertThat(back.reply()).isEqualTo(new Balance("ada", null, euro(1000), 4));
    account.tell(deposit("1", null));
    account.restart();
    assertThat(account.changesNothing(payBack(KEY))).isEqualTo(back.reply());
    account.refuses(pay(700, KEY), "VOIDED");
  }

  @Test
  void a_payment_that_never_came_is_barred() {
    openWith("10");
    var back = account.tell(payBack(KEY));
    assertThat(back.event()).isEqualTo(new Account.WithdrawalVoided(KEY, NOW));
    assertThat(back.reply()).isEqualTo(new Balance("ada", null, euro(1000), 3));
    account.restart();
    assertThat(account.changesNothing(payBack(KEY))).isEqualTo(back.reply());
    account.refuses(pay(700, KEY), "VOIDED");
  }

  @Test
  void a_payment_is_barred_even_before_the_account_is_opened() {
    assertThat(account.refusesRemembering(payBack(KEY), "ACCOUNT_NOT_FOUND")).containsExactly(new Account.WithdrawalVoided(KEY, NOW));
    account.refuses(payBack(KEY), "ACCOUNT_NOT_FOUND");
    account.restart();
    openWith("10");
    account.refuses(pay(700, KEY), "VOIDED");
    assertThat(account.changesNothing(new Account.Get())).isEqualTo(new Balance("ada", null, euro(1000), 3));
  }

  @Test
  void money_given_back_does_not_break_the_limit() {
    openWith("10");
    account.tell(pay(1000, KEY));
    account.tell(deposit("10000000000000", null));
    account.refuses(payBack(KEY), "BALANCE_LIMIT");
    account.tell(withdraw("10", null));
    account.tell(payBack(KEY));
  }

  private void openWith(String balance) {
    account.tell(open(null, "EUR"));
    account.tell(deposit(balance, null));
  }

  private static Money euro(long cents) {
    return new Money(cents, "EUR");
  }

  private static Account.Command open(String owner, String currency) {
    return new Account.Open(owner, currency);
  }

  private static Account.Command deposit(String amount, String reference) {
    return new Account.Deposit(new BigDecimal(amount), reference);
  }

  private static Account.Command withdraw(String amount, String reference) {
    return new Account.Withdraw(new BigDecimal(amount), reference);
  }

  private static Account.Command pay(long cents, String reference) {
    return new Account.Pay(euro(cents), reference, NOW);
  }

  @Test
  void a_repeated_key_changes_nothing_and_answers_as_then_also_after_a_restart() {
    openWith("100");
    Balance then = account.tell(new Account.Withdraw(BigDecimal.ONE, null, "#k")).reply();
    account.tell(deposit("5", null));
    account.restart();
    assertThat(account.changesNothing(new Account.Withdraw(BigDecimal.ONE, null, "#k"))).isEqualTo(then);
    account.refuses(new Account.Withdraw(BigDecimal.TEN, null, "#k"), "IDEMPOTENCY_KEY_REUSED");
    account.refuses(new Account.Deposit(BigDecimal.ONE, null, "#k"), "IDEMPOTENCY_KEY_REUSED");
    account.refuses(new Account.Withdraw(BigDecimal.ONE, "r", "#k"), "IDEMPOTENCY_KEY_REUSED");
  }

  @Test
  void keys_and_references_are_forgotten_alike() {
    openWith("100");
    account.tell(new Account.Withdraw(BigDecimal.ONE, "r", "#k"));
    account.tell(withdraw("1", "second"));
    account.tell(withdraw("1", "third"));
    account.changesNothing(new Account.Withdraw(BigDecimal.ONE, "r", "#k"));
    account.changesNothing(withdraw("1", "r"));
    account.tell(withdraw("1", "fourth"));
    account.tell(withdraw("1", "fifth"));
    assertThat(account.tell(new Account.Withdraw(BigDecimal.ONE, "r", "#k")).reply().balance()).isEqualTo(euro(9400));
  }

  @Test
  void a_customer_pays_from_their_own_account_alone() {
    account.tell(open("owner", "EUR"));
    account.tell(deposit("10", null));
    account.refuses(payAs("another", KEY), "ACCOUNT_NOT_FOUND");
    account.tell(payAs("owner", KEY));
    assertThat(account.changesNothing(payAs("owner", KEY)).balance()).isEqualTo(euro(900));
    account.refuses(payAs("another", KEY), "ACCOUNT_NOT_FOUND");
  }

  @Test
  void an_account_without_an_owner_is_no_customers() {
    account.tell(open(null, "EUR"));
    account.tell(deposit("10", null));
    account.refuses(payAs("ada", KEY), "ACCOUNT_NOT_FOUND");
    account.tell(pay(100, KEY));
  }

  private static Account.Command payAs(String payer, String reference) {
    return new Account.Pay(euro(100), reference, NOW, null, null, payer);
  }

  private static Account.Command payUntil(Instant validUntil) {
    return new Account.Pay(euro(100), KEY, validUntil);
  }

  private static Account.Command payBack(String reference) {
    return new Account.PayBack(reference);
  }
}
