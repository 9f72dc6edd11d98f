package io.orderflow.testkit;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/** Members of a cluster in this JVM, with the program's settings for Akka and nothing else of the program. */
public final class SmallCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String settings;
  private final List<ActorSystem<Void>> nodes = new ArrayList<>();

  /** @param settings of all members, in HOCON, over those of the program */
  public SmallCluster(String settings) {
    this.settings = settings;
  }

  /** Starts a member of that role and waits until it is up. */
  public ActorSystem<Void> join(String role) {
    ActorSystem<Void> node = ActorSystem.create(Behaviors.empty(), "small", Configuration.over(ConfigFactory.parseString(settings).withFallback(
        ConfigFactory.parseString("""
            akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            akka.cluster { roles = [%s], jmx.multi-mbeans-in-same-jvm = on }
            akka.coordinated-shutdown.run-by-actor-system-terminate = off
            """.formatted(role)))));
    nodes.add(node);
    Cluster cluster = Cluster.get(node);
    cluster.manager().tell(Join.create(Cluster.get(nodes.get(0)).selfMember().address()));
    Awaitility.await().atMost(PATIENCE).until(() -> isUp(node));
    return node;
  }

  /** Waits for a stage, and fails if it does or takes longer. */
  public static void await(CompletionStage<?> stage, Duration patience) {
    stage.toCompletableFuture().orTimeout(patience.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Ends the members without a word, as a power cut does. */
  public void lose(List<ActorSystem<Void>> lost) {
    lost.forEach(ActorSystem::terminate);
    nodes.removeAll(lost);
  }

  /** The members that were not lost, in the order in which they joined. */
  public List<ActorSystem<Void>> nodes() {
    return nodes;
  }

  /** The members that this node sees. */
  public static List<Member> members(ActorSystem<Void> node) {
    return StreamSupport.stream(Cluster.get(node).state().getMembers().spliterator(), false).toList();
  }

  /** Whether the node is a member that others may use. */
  public static boolean isUp(ActorSystem<Void> node) {
    return Cluster.get(node).selfMember().status().equals(MemberStatus.up());
  }

  @Override
  public void close() {
    nodes.forEach(ActorSystem::terminate);
    nodes.forEach(node -> node.getWhenTerminated().toCompletableFuture().join());
  }
}
