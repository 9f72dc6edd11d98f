package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of others, made fit to be shown. */
class SafeTextSpec {

  @ParameterizedTest
  @ValueSource(strings = {"", "items[0].name", "Grüße, 茶 \ud83c\udf75", "a~ é", "\ud83d\udc69\u200d\ud83d\ude80"})
  void harmless_text_stays(String text) {
    assertThat(SafeText.masked(text)).isSameAs(text);
    assertThat(SafeText.masked(text, 100)).isSameAs(text);
  }

  @ParameterizedTest
  @ValueSource(chars = {0, '\n', '\r', '\t', 0x1b, 0x7f, 0x85, 0x9b, '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202e',
      '\u2066', '\u2069',
      '\ud800', '\udfff', '\ufeff', '\ufffe', '\uffff'})
  void a_harmful_character_is_masked(char harmful) {
    assertThat(SafeText.masked("a" + harmful + "b" + harmful)).isEqualTo("a?b?");
  }

  @Test
  void surrogates_are_harmless_in_pairs_only() {
    assertThat(SafeText.masked("\ude00\ud83d")).isEqualTo("??");
    assertThat(SafeText.masked("\ud83d\ud83d\ude00")).isEqualTo("?\ud83d\ude00");
  }

  @Test
  void long_text_is_cut_between_characters() {
    assertThat(SafeText.masked("abcdef", 6)).isEqualTo("abcdef");
    assertThat(SafeText.masked("abcdefg", 6)).isEqualTo("abcde\u2026");
    assertThat(SafeText.masked("abcd\ud83d\ude00g", 6)).isEqualTo("abcd\u2026");
    assertThat(SafeText.masked("ab\nd\ud83d\ude00g", 6)).isEqualTo("ab?d\u2026");
  }

  @Test
  void no_text_is_none() {
    assertThat(SafeText.masked(null)).isNull();
    assertThat(SafeText.masked(null, 6)).isNull();
  }
}
