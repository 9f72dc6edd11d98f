package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's port may serve connections to several ports of a node: the end of one is not that of the other. */
class SharedClientPortSpec {

  private static Socket connect(int from, int to) throws IOException {
    Socket socket = new Socket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress("127.0.0.1", from));
    socket.connect(new InetSocketAddress("127.0.0.1", to));
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static int status(Socket socket, String path) throws IOException {
    socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    InputStream in = new BufferedInputStream(socket.getInputStream());
    return RawMessage.read(in, true).status();
  }

  @Test
  void a_connection_goes_on_when_that_to_another_port_has_ended(@TempDir Path data) throws Exception {
    try (TestNode node = TestNode.start(data, ConfigFactory.empty()); Socket kept = connect(0, node.port("gateway"))) {
      assertThat(status(kept, "/api/products")).isEqualTo(200);
      try (Socket other = connect(kept.getLocalPort(), node.port("ops"))) {
        assertThat(status(other, "/ops/stats")).isEqualTo(200);
        assertThat(status(kept, "/api/products")).isEqualTo(200);
      }
      TimeUnit.MILLISECONDS.sleep(500);
      assertThat(status(kept, "/api/products")).isEqualTo(200);
    }
  }
}
