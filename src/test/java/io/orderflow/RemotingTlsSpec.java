package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import io.orderflow.testkit.TestAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only nodes with a certificate of the nodes' authority are members of a cluster. */
class RemotingTlsSpec {

  private static final String NODES = "dns:orderflow-nodes";

  @TempDir
  private static Path folder;
  private static TestAuthority authority;
  private static TestAuthority stranger;
  private final List<ActorSystem<Void>> systems = new ArrayList<>();

  @BeforeAll
  static void authorities() {
    authority = new TestAuthority(folder, "authority");
    stranger = new TestAuthority(folder, "stranger");
  }

  @AfterEach
  void stop() {
    systems.forEach(ActorSystem::terminate);
    systems.forEach(system -> system.getWhenTerminated().toCompletableFuture().join());
  }

  private static Config files(TestAuthority.Pair pair, TestAuthority trusted) {
    return ConfigFactory.parseMap(Map.of("orderflow.remoting.tls.certificate", pair.certificate().toString(),
        "orderflow.remoting.tls.key", pair.key().toString(), "orderflow.remoting.tls.ca", trusted.certificate().toString()));
  }

  private ActorSystem<Void> node(Config settings) {
    Config config = Configuration.over(settings.withFallback(ConfigFactory.parseString("""
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
        akka.cluster { roles = [services], jmx.multi-mbeans-in-same-jvm = on }
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        """)));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "orderflow", RemotingTls.settings(config).withFallback(config));
    systems.add(system);
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(Cluster.get(systems.get(0)).selfMember().address()));
    return system;
  }

  private static void awaitUp(ActorSystem<Void> system) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Cluster.get(system).selfMember().status().equals(MemberStatus.up()));
  }

  private static Set<Member> members(ActorSystem<Void> system) {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false).collect(Collectors.toSet());
  }

  private static Member self(ActorSystem<Void> system) {
    return Cluster.get(system).selfMember();
  }

  @Test
  void strangers_never_appear_and_the_cluster_goes_on() {
    ActorSystem<Void> first = node(files(authority.issue(NODES), authority));
    awaitUp(first);
    ActorSystem<Void> second = node(files(authority.issue(NODES), authority));
    awaitUp(second);

    List<ActorSystem<Void>> strangers = List.of(
        node(ConfigFactory.empty()),
        node(files(stranger.issue(NODES), stranger)),
        // It believes the nodes' authority, which has not issued its own certificate.
        node(files(stranger.issue(NODES), authority)),
        // The authority has issued it, for something else.
        node(files(authority.issue("dns:webshop"), authority)));
    ActorSystem<Void> third = node(files(authority.issue(NODES), authority));
    awaitUp(third);
    // A join is asked for again after ten seconds; by then each stranger has tried more than once.
    Awaitility.await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ofSeconds(12)).until(() -> members(first).size() == 3);

    assertThat(strangers).allSatisfy(each -> assertThat(self(each).status()).isEqualTo(MemberStatus.removed()));
    for (ActorSystem<Void> node : List.of(first, second, third)) {
      assertThat(members(node)).containsExactlyInAnyOrder(self(first), self(second), self(third))
          .allSatisfy(member -> assertThat(member.status()).isEqualTo(MemberStatus.up()));
      assertThat(Cluster.get(node).state().getUnreachable()).isEmpty();
    }
  }

  @Test
  void nodes_with_a_renewed_certificate_join_those_with_the_one_before() {
    TestAuthority.Pair pair = authority.issue(NODES);
    ActorSystem<Void> first = node(files(pair, authority));
    awaitUp(first);
    pair.replaceBy(authority.issue(NODES));
    awaitUp(node(files(pair, authority)));
  }

  @Test
  void without_files_it_is_off_and_with_some_of_them_it_is_refused() {
    assertThat(RemotingTls.settings(Configuration.over(ConfigFactory.empty())).isEmpty()).isTrue();
    TestAuthority.Pair pair = authority.issue(NODES);
    assertThatThrownBy(() -> RemotingTls.settings(Configuration.over(files(pair, authority).withoutPath("orderflow.remoting.tls.ca"))))
        .isInstanceOf(StartRefused.class).hasMessageContaining("ORDERFLOW_REMOTING_CA");
    Config swapped = files(new TestAuthority.Pair(pair.certificate(), authority.issue(NODES).key()), authority);
    assertThatThrownBy(() -> RemotingTls.settings(Configuration.over(swapped)))
        .isInstanceOf(StartRefused.class).hasMessageContaining("the key is of another certificate");
  }
}
