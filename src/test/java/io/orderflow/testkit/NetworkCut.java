package io.orderflow.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the network between nodes on this machine: what one of them sends to another's remoting port is dropped. Each node speaks to
 * another over a connection that it opened itself, so a cut goes one way. The packet filter tells nodes apart by the users that they run
 * as, which needs root, iptables and setpriv.
 */
public final class NetworkCut implements AutoCloseable {

  private static final int FIRST_USER = 61_000;

  private final List<List<String>> rules = new ArrayList<>();

  /** Whether this machine lets us. */
  public static boolean possible() {
    List<String> probe = rule(FIRST_USER, "127.0.0.2", 9);
    boolean filters = succeeds(iptables("-A", probe)) && succeeds(iptables("-D", probe));
    return filters && succeeds(asUser(FIRST_USER, List.of("test", "-r", new File("target/orderflow.jar").getAbsolutePath())));
  }

  /** The user that the node of that number runs as. */
  public static int user(int node) {
    return FIRST_USER + node;
  }

  /** The command, run as that user. */
  static List<String> asUser(int user, List<String> command) {
    List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--clear-groups"));
    all.addAll(command);
    return all;
  }

  /** From now on nothing that the node of that user sends reaches the other one. */
  void cut(int user, String toHost, int toPort) {
    List<String> rule = rule(user, toHost, toPort);
    if (!succeeds(iptables("-A", rule))) {
      throw new IllegalStateException("iptables refused " + rule);
    }
    rules.add(rule);
  }

  /** Heals it. */
  @Override
  public void close() {
    rules.forEach(rule -> succeeds(iptables("-D", rule)));
    rules.clear();
  }

  private static List<String> rule(int user, String toHost, int toPort) {
    return List.of("OUTPUT", "-p", "tcp", "-m", "owner", "--uid-owner", Integer.toString(user), "-d", toHost, "--dport",
        Integer.toString(toPort), "-j", "DROP");
  }

  private static List<String> iptables(String action, List<String> rule) {
    List<String> command = new ArrayList<>(List.of("iptables", "-w", action));
    command.addAll(rule);
    return command;
  }

  private static boolean succeeds(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
          .waitFor() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(interrupted));
    }
  }
}
