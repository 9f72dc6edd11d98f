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
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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

  /** The number of the certificate by which a node proves itself to whoever connects. */
  private static String serialAt(ActorSystem<Void> node) {
    AtomicReference<String> serial = new AtomicReference<>("none");
    X509ExtendedTrustManager recording = new RecordingTrust(serial);
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.2");
      context.init(null, new TrustManager[] {recording}, null);
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", (int) self(node).address().port().get())) {
        socket.setSoTimeout(10_000);
        socket.startHandshake();
      }
    } catch (IOException refused) {
      // It has no certificate.
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
    return serial.get();
  }

  private static final class RecordingTrust extends X509ExtendedTrustManager {

    private final AtomicReference<String> serial;

    private RecordingTrust(AtomicReference<String> serial) {
      this.serial = serial;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      serial.set(chain[0].getSerialNumber().toString());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static void awaitSerial(ActorSystem<Void> node, TestAuthority.Pair pair) {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> serialAt(node), TestAuthority.serial(pair)::equals);
  }

  private void expectAllTogether() {
    assertThat(systems).allSatisfy(node -> {
      assertThat(members(node)).hasSize(systems.size()).allSatisfy(member -> assertThat(member.status()).isEqualTo(MemberStatus.up()));
      assertThat(Cluster.get(node).state().getUnreachable()).isEmpty();
    });
  }

  @Test
  void running_nodes_renew_their_certificates_and_new_connections_have_the_new_ones() throws IOException {
    TestAuthority.Pair pair = authority.issue(NODES);
    TestAuthority.Pair other = authority.issue(NODES);
    ActorSystem<Void> first = node(files(pair, authority));
    awaitUp(first);
    ActorSystem<Void> second = node(files(other, authority));
    awaitUp(second);
    String before = serialAt(first);
    assertThat(before).isEqualTo(TestAuthority.serial(pair));

    // A certificate without its key is not taken.
    TestAuthority.Pair renewed = authority.issue(NODES);
    Files.copy(renewed.certificate(), pair.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> serialAt(first), before::equals);
    Files.copy(renewed.key(), pair.key(), StandardCopyOption.REPLACE_EXISTING);
    awaitSerial(first, renewed);
    TestAuthority.Pair elliptic = authority.issue(NODES, "EC");
    other.replaceBy(elliptic);
    awaitSerial(second, elliptic);

    awaitUp(node(files(pair, authority)));
    Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(this::expectAllTogether);
  }

  @Test
  void the_authority_is_exchanged_while_the_nodes_run() throws IOException {
    TestAuthority next = new TestAuthority(folder, "next");
    Path trusted = folder.resolve("trusted.pem");
    Files.copy(authority.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
    Config ca = ConfigFactory.parseMap(Map.of("orderflow.remoting.tls.ca", trusted.toString()));
    TestAuthority.Pair pair = authority.issue(NODES);
    TestAuthority.Pair other = authority.issue(NODES);
    ActorSystem<Void> first = node(ca.withFallback(files(pair, authority)));
    awaitUp(first);
    ActorSystem<Void> second = node(ca.withFallback(files(other, authority)));
    awaitUp(second);

    Files.writeString(trusted, Files.readString(authority.certificate()) + Files.readString(next.certificate()));
    awaitUp(node(ca.withFallback(files(next.issue(NODES), next))));
    TestAuthority.Pair renewed = next.issue(NODES);
    TestAuthority.Pair otherRenewed = next.issue(NODES);
    pair.replaceBy(renewed);
    other.replaceBy(otherRenewed);
    awaitSerial(first, renewed);
    awaitSerial(second, otherRenewed);
    Files.copy(next.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
    awaitUp(node(files(next.issue(NODES), next)));
    Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(this::expectAllTogether);
    ActorSystem<Void> late = node(files(authority.issue(NODES), authority));
    Awaitility.await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ofSeconds(12)).until(() -> self(late).status(), MemberStatus.removed()::equals);
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
