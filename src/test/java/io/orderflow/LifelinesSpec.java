package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A port of a node, and what a lifeline to it says when its connections are closed, refused, or not answered. */
class LifelinesSpec {

  private final AtomicLong now = new AtomicLong();
  private final Lifelines lifelines = new Lifelines(now::get);
  private final List<Socket> others = new ArrayList<>();
  private ServerSocket port;
  private Address node;

  @BeforeEach
  void open() throws IOException {
    port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    node = new Address("akka", "orderflow", port.getInetAddress().getHostAddress(), port.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    lifelines.retain(List.of());
    for (Socket other : others) {
      other.close();
    }
    port.close();
  }

  @Test
  void a_process_that_keeps_its_connection_open_lives() throws IOException {
    assertThat(lifelines.hasEnded(node)).isFalse();
    try (Socket line = port.accept()) {
      assertThat(lifelines.hasEnded(node)).isFalse();
      occupy();
      assertThat(lifelines.hasEnded(node)).as("accepts no other").isFalse();
    }
  }

  @Test
  void one_that_closes_it_and_accepts_another_lives() throws IOException {
    lifelines.hasEnded(node);
    port.accept().close();
    assertThat(lifelines.hasEnded(node)).isFalse();
    try (Socket line = port.accept()) {
      assertThat(line.isConnected()).isTrue();
    }
  }

  @Test
  void one_that_closes_it_and_refuses_others_has_ended() throws IOException {
    lifelines.hasEnded(node);
    port.accept().close();
    port.close();
    assertThat(lifelines.hasEnded(node)).isTrue();
    assertThat(lifelines.hasEnded(node)).as("asked again").isTrue();
  }

  @Test
  void one_that_closes_it_and_does_not_answer_has_ended_until_it_answers_again() throws IOException {
    lifelines.hasEnded(node);
    Socket line = port.accept();
    occupy();
    line.close();
    assertThat(lifelines.hasEnded(node)).isTrue();
    assertThat(lifelines.hasEnded(node)).as("asked again").isTrue();
    for (int i = 0; i < others.size(); i++) {
      port.accept().close();
    }
    assertThat(lifelines.hasEnded(node)).as("once it answers").isFalse();
  }

  @Test
  void one_that_was_never_reached_may_live() throws IOException {
    occupy();
    assertThat(lifelines.hasEnded(node)).isFalse();
  }

  @Test
  void one_that_refuses_from_the_beginning_has_ended() throws IOException {
    port.close();
    assertThat(lifelines.hasEnded(node)).isTrue();
  }

  @Test
  void a_connection_is_renewed_before_the_network_forgets_it() throws IOException {
    lifelines.hasEnded(node);
    try (Socket first = port.accept()) {
      now.addAndGet(Lifelines.RENEW_AFTER.toNanos());
      assertThat(lifelines.hasEnded(node)).isFalse();
      try (Socket second = port.accept()) {
        assertThat(first.getInputStream().read()).as("the first is closed").isEqualTo(-1);
        occupy();
        now.addAndGet(Lifelines.RENEW_AFTER.toNanos());
        assertThat(lifelines.hasEnded(node)).as("accepts no other, and keeps the second open").isFalse();
        second.close();
        assertThat(lifelines.hasEnded(node)).isTrue();
      }
    }
  }

  @Test
  void a_connection_that_is_no_longer_needed_is_closed() throws IOException {
    lifelines.hasEnded(node);
    try (Socket line = port.accept()) {
      lifelines.retain(List.of());
      assertThat(line.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Fills the queue of connections that wait to be accepted: further ones are not answered, as by a machine that has vanished. */
  private void occupy() throws IOException {
    while (true) {
      Socket other = new Socket();
      try {
        other.connect(new InetSocketAddress(port.getInetAddress(), port.getLocalPort()), 100);
        others.add(other);
      } catch (SocketTimeoutException full) {
        other.close();
        return;
      }
    }
  }
}
