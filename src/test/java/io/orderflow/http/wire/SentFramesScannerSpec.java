package io.orderflow.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import akka.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames to a client that provokes errors. */
class SentFramesScannerSpec {

  private static final ByteString ENHANCE_YOUR_CALM = Http2Frame.of(Http2Frame.GOAWAY, 0, 0, bytes(0, 0, 0, 7, 0, 0, 0, 0xb));

  private final ClientLink link = new ClientLink();
  private final SentFramesScanner scanner = new SentFramesScanner(link);

  private static ByteString bytes(int... octets) {
    byte[] array = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      array[i] = (byte) octets[i];
    }
    return ByteString.fromArray(array);
  }

  private static ByteString data(int stream, int length) {
    return Http2Frame.of(Http2Frame.DATA, 0, stream, ByteString.fromArray(new byte[length]));
  }

  private static ByteString reset(int code) {
    return Http2Frame.of(Http2Frame.RST_STREAM, 0, 1, bytes(0, 0, 0, code));
  }

  private static ByteString goAway(int code) {
    return Http2Frame.of(Http2Frame.GOAWAY, 0, 0, bytes(0, 0, 0, 1, 0, 0, 0, code, 'w', 'h', 'y'));
  }

  private void begin() {
    link.becomesHttp2();
    link.begins(7);
  }

  @Test
  void bytes_of_HTTP_1_are_passed_on() {
    ByteString answer = ByteString.fromString("HTTP/1.1 200 OK\r\n\r\n");
    assertThat(scanner.scan(answer)).isEqualTo(answer);
    assertThat(scanner.mustClose()).isFalse();
  }

  @Test
  void frames_are_passed_on_however_they_are_cut() {
    begin();
    ByteString all = data(1, 300).concat(reset(8)).concat(data(3, 0)).concat(goAway(0)).concat(data(5, 20_000));
    for (int size : new int[] {1, 2, 8, 9, 10, 100, 1000}) {
      ByteString passed = ByteString.emptyByteString();
      for (int at = 0; at < all.size(); at += size) {
        passed = passed.concat(scanner.scan(all.slice(at, Math.min(at + size, all.size()))));
      }
      assertThat(passed).isEqualTo(all);
      assertThat(scanner.mustClose()).isFalse();
    }
  }

  @Test
  void going_away_for_an_error_is_the_last_frame() {
    begin();
    assertThat(scanner.scan(data(1, 3).concat(goAway(1)).concat(data(3, 3)))).isEqualTo(data(1, 3).concat(goAway(1)));
    assertThat(scanner.mustClose()).isTrue();
    assertThat(scanner.scan(data(5, 3))).isEqualTo(ByteString.emptyByteString());
  }

  @Test
  void a_flooding_client_is_told_to_calm_down() {
    begin();
    link.floods();
    assertThat(scanner.scan(goAway(1))).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(scanner.mustClose()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 6})
  void streams_that_are_reset_for_errors_of_the_client_are_bounded(int code) {
    begin();
    for (int i = 0; i < 100; i++) {
      assertThat(scanner.scan(reset(code))).isEqualTo(reset(code));
    }
    assertThat(scanner.scan(reset(code))).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(scanner.mustClose()).isTrue();
  }

  /** NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2, 7, 8})
  void streams_that_the_server_resets_by_itself_are_not(int code) {
    begin();
    for (int i = 0; i < 1000; i++) {
      assertThat(scanner.scan(reset(code))).isEqualTo(reset(code));
    }
    assertThat(scanner.mustClose()).isFalse();
  }

  @Test
  void a_window_may_be_filled_again_and_again_and_not_beyond_its_bound() {
    begin();
    assertThat(link.overflows(1, Integer.MAX_VALUE)).isFalse();
    scanner.scan(data(1, 1000));
    assertThat(link.overflows(1, 1000)).isFalse();
    assertThat(link.overflows(0, Integer.MAX_VALUE)).isFalse();
    assertThat(link.overflows(1, 1)).isTrue();
    assertThat(link.overflows(0, 1001)).isTrue();
  }
}
