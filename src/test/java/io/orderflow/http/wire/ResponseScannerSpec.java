package io.orderflow.http.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.util.ByteString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of a service belong to the awaited response, or end the connection. */
class ResponseScannerSpec {

  private static final class Use implements ResponseScanner.Exchange {
    private String method;
    private boolean spoiled;

    @Override
    public String awaitedMethod() {
      return method;
    }

    @Override
    public void answered() {
      method = null;
    }

    @Override
    public void spoiled() {
      spoiled = true;
    }
  }

  private final Use use = new Use();
  private final ResponseScanner scanner = new ResponseScanner(use);

  private String scan(String sent) throws MalformedMessage {
    return scanner.scan(ByteString.fromString(sent, StandardCharsets.ISO_8859_1)).utf8String();
  }

  @ParameterizedTest
  @CsvSource({"GET,HTTP/1.1 204 No Content,", "GET,HTTP/1.1 304 Not Modified,Content-Length: 5", "HEAD,HTTP/1.1 200 OK,Content-Length: 5",
      "HEAD,HTTP/1.1 200 OK,Transfer-Encoding: chunked", "GET,HTTP/1.1 200 OK,Content-Length: 0"})
  void bytes_after_a_response_without_a_body_spoil_the_connection(String method, String line, String header) throws MalformedMessage {
    use.method = method;

    String passed = scan(line + "\r\n" + (header == null ? "" : header + "\r\n") + "\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");

    assertThat(passed).endsWith("\r\n\r\n").doesNotContain("bad");
    assertThat(use.spoiled).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 2\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"})
  void bytes_after_a_complete_body_spoil_the_connection(String answer) throws MalformedMessage {
    use.method = "GET";

    assertThat(scan("HTTP/1.1 200 OK\r\n" + answer + "x")).contains("ok").doesNotContain("x\r\nx");
    assertThat(use.spoiled).isTrue();
  }

  @Test
  void bytes_on_an_idle_connection_end_it() throws MalformedMessage {
    use.method = "GET";
    scan("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    assertThatThrownBy(() -> scan("H")).isInstanceOf(MalformedMessage.class);
    assertThat(use.spoiled).isTrue();
  }

  @Test
  void interim_responses_are_dropped() throws MalformedMessage {
    use.method = "GET";

    assertThat(scan("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        .isEqualTo("HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok");
    assertThat(use.spoiled).isFalse();
  }

  @Test
  void a_response_without_a_length_lasts_until_the_connection_ends() throws MalformedMessage {
    use.method = "GET";

    assertThat(scan("HTTP/1.1 200 OK\r\n\r\none") + scan("HTTP/1.1 two")).endsWith("oneHTTP/1.1 two");
    assertThat(use.method).isEqualTo("GET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 600 No\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551618\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\r\n"})
  void a_response_with_an_ambiguous_end_ends_the_connection(String answer) {
    use.method = "GET";

    assertThatThrownBy(() -> scan(answer)).isInstanceOf(MalformedMessage.class);
  }

  @Test
  void values_that_akka_http_would_change_are_passed_on_in_internal_fields() throws MalformedMessage {
    use.method = "GET";

    assertThat(scan("HTTP/1.1 404 Nothing here\r\nContent-Type: text/xml; subtype=gml/3.1.1\r\n"
        + "X-Orderflow-Refusal: 200 A b\r\nContent-Length: 0\r\n\r\n"))
        .isEqualTo("HTTP/1.1 404 x\r\nx-orderflow-reason: Nothing here\r\nx-orderflow-content-type: text/xml; subtype=gml/3.1.1\r\n"
            + "Content-Length: 0\r\n\r\n");
  }
}
