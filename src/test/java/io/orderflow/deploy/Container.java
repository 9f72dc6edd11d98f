package io.orderflow.deploy;

import io.orderflow.testkit.Serving;
import io.orderflow.testkit.ShopClient;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A container of a {@link ComposeCluster}, and what Docker can do to it. Its address may be another one after each start. */
final class Container implements Serving {

  private final String id;
  private final String network;
  private List<String> unplugged = List.of();
  private final Map<Integer, ShopClient> clients = new ConcurrentHashMap<>();

  Container(String id, String network) {
    this.id = id;
    this.network = network;
  }

  private String host() {
    return ComposeCluster.run("docker", "inspect", "-f", "{{with index .NetworkSettings.Networks \"" + network + "\"}}{{.IPAddress}}{{end}}", id);
  }

  /** Ends it as {@code kill -9} does; Docker does not start it again by itself. */
  void kill() {
    ComposeCluster.run("docker", "kill", id);
  }

  void start() {
    ComposeCluster.run("docker", "start", id);
  }

  boolean isRunning() {
    return ComposeCluster.run("docker", "inspect", "-f", "{{.State.Running}}", id).equals("true");
  }

  /** Stops its threads as a machine does that sleeps or swaps. */
  void freeze() {
    ComposeCluster.run("docker", "pause", id);
  }

  void thaw() {
    ComposeCluster.run("docker", "unpause", id);
  }

  /** Takes its networks away: it reaches nothing and nobody it. */
  void unplug() {
    unplugged = List.of(ComposeCluster.run("docker", "inspect", "-f", "{{range $name, $it := .NetworkSettings.Networks}}{{$name}} {{end}}", id)
        .split(" "));
    unplugged.forEach(each -> ComposeCluster.run("docker", "network", "disconnect", each, id));
  }

  /** Whether this machine lets us change what a container's network drops: that needs root, nsenter and iptables. */
  boolean mayBeCut() {
    return ComposeCluster.succeeds(inItsNetwork("iptables", "-w", "-L", "OUTPUT"));
  }

  /** From now on nothing that it sends reaches the other one's remoting port; what the other one sends arrives. */
  void cutOffFrom(Container other) {
    ComposeCluster.run(inItsNetwork("iptables", "-w", "-A", "OUTPUT", "-p", "tcp", "-d", other.host(), "--dport", "25520", "-j", "DROP"));
  }

  /** Heals every cut. One that has ended meanwhile comes back with a network that has none. */
  void healCuts() {
    ComposeCluster.succeeds(inItsNetwork("iptables", "-w", "-F", "OUTPUT"));
  }

  private String[] inItsNetwork(String... command) {
    String process = ComposeCluster.run("docker", "inspect", "-f", "{{.State.Pid}}", id);
    return Stream.concat(Stream.of("nsenter", "-t", process, "-n"), Stream.of(command)).toArray(String[]::new);
  }

  /** Whether the other one is a member of the cluster, as this one sees it. */
  boolean hasMember(Container other) {
    String address = "@" + other.host() + ":25520";
    return client(8558).get("/cluster/members").expect(200).body().path("members").findValuesAsText("node").stream()
        .anyMatch(node -> node.endsWith(address));
  }

  /** Gives its networks back, in that of the nodes by the names that others look for it with. */
  void plug(String... names) {
    for (String each : unplugged) {
      List<String> command = new ArrayList<>(List.of("docker", "network", "connect"));
      Stream.of(each.equals(network) ? names : new String[0]).forEach(name -> command.addAll(List.of("--alias", name)));
      command.addAll(List.of(each, id));
      ComposeCluster.run(command.toArray(String[]::new));
    }
  }

  /** What the command said in it; it must succeed. */
  String exec(String... command) {
    String[] whole = new String[3 + command.length];
    System.arraycopy(new String[] {"docker", "exec", id}, 0, whole, 0, 3);
    System.arraycopy(command, 0, whole, 3, command.length);
    return ComposeCluster.run(whole);
  }

  /** A client of the port, at the address that it had when it was last seen to serve. */
  ShopClient client(int port) {
    return clients.computeIfAbsent(port, one -> new ShopClient("http://" + host() + ":" + one));
  }

  /** A client of the gateway in it, and of its port for operators. */
  @Override
  public ShopClient shop() {
    return clients.computeIfAbsent(8000, one -> new ShopClient("http://" + host() + ":8000", "http://" + host() + ":8001"));
  }

  @Override
  public boolean serves() {
    try {
      return client(8558).send("GET", "/ready", null).status() == 200;
    } catch (UncheckedIOException | IllegalArgumentException notYet) {
      clients.clear();
      return false;
    }
  }
}
