package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneySpec {

  @ParameterizedTest
  @CsvSource({"12.3,EUR,1230,12.30", "12.30000,EUR,1230,12.30", "0.01,EUR,1,0.01", "-0,EUR,0,0.00", "0e9,EUR,0,0.00",
      "1e3,EUR,100000,1000.00", "15,JPY,15,15", "15.0,JPY,15,15", "1.234,BHD,1234,1.234", "-5,EUR,-500,-5.00",
      "10000000000000,EUR,1000000000000000,10000000000000.00"})
  void is_read_and_written_as_exact_minor_units(BigDecimal amount, String currency, long minor, String written) {
    Money money = Money.of(amount, currency);
    assertThat(money.minor()).isEqualTo(minor);
    assertThat(money.amount()).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({"0.001,EUR", "1.5,JPY", "1e-999999999,EUR", "1.0001,BHD"})
  void more_digits_than_the_currency_has_are_refused(BigDecimal amount, String currency) {
    assertThatIllegalArgumentException().isThrownBy(() -> Money.of(amount, currency)).withMessageContaining("decimal digits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "-1e999999999", "100e2147483645", "10000000000000.01", "-10000000000000.01", "99999999999999999999"})
  void too_large_an_amount_is_refused_at_once(String amount) {
    assertThatIllegalArgumentException().isThrownBy(() -> Money.of(new BigDecimal(amount), "EUR"))
        .withMessage("the amount is too large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "eur", "EURO", "ZZZ", "XAU"})
  void what_is_no_currency_with_digits_is_refused(String currency) {
    assertThatIllegalArgumentException().isThrownBy(() -> Money.of(BigDecimal.ONE, currency));
    assertThatIllegalArgumentException().isThrownBy(() -> Money.zero(currency));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE, Money.MAX_MINOR + 1, -Money.MAX_MINOR - 1})
  void is_never_beyond_its_bound(long minor) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Money(minor, "EUR"));
  }

  @Test
  void sums_differences_and_products_stay_within_the_bound() {
    Money most = new Money(Money.MAX_MINOR, "EUR");
    Money cent = new Money(1, "EUR");
    assertThat(most.minus(cent).plus(cent)).isEqualTo(most);
    assertThatIllegalArgumentException().isThrownBy(() -> most.plus(cent));
    assertThatIllegalArgumentException().isThrownBy(() -> new Money(-Money.MAX_MINOR, "EUR").minus(cent));
    assertThatIllegalArgumentException().isThrownBy(() -> most.times(Integer.MAX_VALUE));
    assertThat(new Money(350, "EUR").times(3)).isEqualTo(new Money(1050, "EUR"));
  }

  @Test
  void currencies_do_not_mix() {
    Money euro = new Money(100, "EUR");
    Money dollar = new Money(100, "USD");
    assertThatIllegalArgumentException().isThrownBy(() -> euro.plus(dollar));
    assertThatIllegalArgumentException().isThrownBy(() -> euro.minus(dollar));
    assertThatIllegalArgumentException().isThrownBy(() -> euro.lessThan(dollar));
    assertThat(euro).isNotEqualTo(dollar);
  }
}
