package io.orderflow.bench.orders;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.SocketFactory;

/**
 * Clients that place orders over kept connections, to the ports of a contender in turn, one thread each, with requests that were rendered
 * beforehand: what they do per order is one write and one read.
 */
final class Load {

  /**
   * What came of it.
   *
   * @param confirmed the orders that were answered as CONFIRMED
   * @param placed all that were answered with 201, or 200 where reads are the load
   * @param answered answers with 201 in each second of the time that was asked for
   * @param latencies of these answers
   * @param refusals any other answers
   * @param refusalLatencies of these
   * @param refused what one of them said; null without any
   */
  record Result(long confirmed, long placed, long[] answered, Latencies latencies, long refusals, Latencies refusalLatencies, String refused) {

    /** Answers with 201 per second within the time that was asked for. */
    double rate() {
      return rate(0, answered.length);
    }

    /** The same between two of its seconds. */
    double rate(int from, int to) {
      return Arrays.stream(answered, from, to).average().orElse(0);
    }
  }

  private static final byte[] CONFIRMED = "\"status\":\"CONFIRMED\"".getBytes(StandardCharsets.US_ASCII);

  private final List<Integer> ports;
  private final SocketFactory sockets;
  private final byte[][] requests;
  private final int seconds;
  private final long began = System.nanoTime();
  private final long end;
  private final List<Client> clients = new ArrayList<>();

  private Load(Contender contender, byte[][] requests, int seconds) {
    this.ports = contender.ports();
    this.sockets = contender.sockets();
    this.requests = requests;
    this.seconds = seconds;
    this.end = began + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Starts clients of which each places its next order as soon as the last one is answered. */
  static Load closedLoop(Contender contender, byte[][] requests, int connections, int seconds) {
    return new Load(contender, requests, seconds).start(connections, 0);
  }

  /** Starts clients that take turns to place so many orders a second in all; an answer's time counts from when its order was due. */
  static Load paced(Contender contender, byte[][] requests, int connections, double perSecond, int seconds) {
    return new Load(contender, requests, seconds).start(connections, (long) (connections * 1e9 / perSecond));
  }

  private Load start(int connections, long period) {
    IntStream.range(0, connections).forEach(i -> clients.add(new Client(ports.get(i % ports.size()), period, began + i * period / connections)));
    clients.forEach(Thread::start);
    return this;
  }

  /** Waits until the time is over and every order is answered. */
  Result await() throws InterruptedException {
    for (Client client : clients) {
      client.join();
    }
    long[] answered = new long[seconds];
    clients.forEach(client -> Arrays.setAll(answered, second -> answered[second] + client.answered[second]));
    return new Result(clients.stream().mapToLong(client -> client.confirmed).sum(), clients.stream().mapToLong(client -> client.placed).sum(),
        answered, Latencies.of(clients.stream().map(client -> client.latencies).toList()),
        clients.stream().mapToLong(client -> client.refusals).sum(), Latencies.of(clients.stream().map(client -> client.refusalLatencies).toList()),
        clients.stream().map(client -> client.refused).filter(refused -> refused != null).findFirst().orElse(null));
  }

  private final class Client extends Thread {

    private final int port;
    private final long period;
    private final long first;
    private final long[] answered = new long[seconds];
    private final Latencies latencies = new Latencies();
    private final Latencies refusalLatencies = new Latencies();
    private long confirmed;
    private long placed;
    private long refusals;
    private String refused;
    private boolean open = true;

    private Client(int port, long period, long first) {
      this.port = port;
      this.period = period;
      this.first = first;
      setDaemon(true);
    }

    @Override
    public void run() {
      try (Wire wire = Wire.to(port, sockets, 0)) {
        for (long due = first; due < end && open; due = period == 0 ? System.nanoTime() : due + period) {
          while (System.nanoTime() < due) {
            LockSupport.parkNanos(due - System.nanoTime());
          }
          place(wire, due);
        }
      } catch (IOException failure) {
        refusals++;
        refused = failure.toString();
      }
    }

    private void place(Wire wire, long due) throws IOException {
      wire.send(requests[ThreadLocalRandom.current().nextInt(requests.length)]);
      byte[] body = wire.receive();
      long now = System.nanoTime();
      if (body == null || !wire.startsWith("HTTP/1.1 20")) {
        open = body != null;
        refusals++;
        refusalLatencies.add(now - due);
        refused = body == null ? "the connection was closed" : new String(body, StandardCharsets.UTF_8);
        return;
      }
      latencies.add(now - due);
      placed++;
      confirmed += contains(body, CONFIRMED) ? 1 : 0;
      if (now < end) {
        answered[(int) TimeUnit.NANOSECONDS.toSeconds(now - began)]++;
      }
    }
  }

  private static boolean contains(byte[] text, byte[] part) {
    search:
    for (int at = 0; at + part.length <= text.length; at++) {
      for (int i = 0; i < part.length; i++) {
        if (text[at + i] != part[i]) {
          continue search;
        }
      }
      return true;
    }
    return false;
  }
}
