package io.orderflow.http.tls;

import static org.assertj.core.api.Assertions.assertThat;

import akka.NotUsed;
import akka.actor.ActorSystem;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encryption of a connection whose socket is slow. */
class TlsFlowSpec {

  private static final int PIECES = 100;
  private static final int PIECE = 16_000;

  @TempDir
  private static Path folder;
  private static ActorSystem system;
  private static TestAuthority authority;
  private static SSLContext server;

  @BeforeAll
  static void start() throws Exception {
    system = ActorSystem.create("tls", ConfigFactory.defaultReference());
    authority = new TestAuthority(folder, "authority");
    TestAuthority.Pair pair = authority.issue("dns:localhost");
    server = SSLContext.getInstance("TLS");
    server.init(Pem.keys(Files.readString(pair.certificate()), Files.readString(pair.key())), null, null);
  }

  @AfterAll
  static void stop() {
    system.terminate();
  }

  private static Supplier<SSLEngine> engines(SSLContext context, boolean client, String protocol) {
    return () -> {
      SSLEngine engine = context.createSSLEngine("localhost", 443);
      engine.setUseClientMode(client);
      engine.setEnabledProtocols(new String[] {protocol});
      return engine;
    };
  }

  /** A server whose response follows its request, and which reads no further. Its bytes leave slowly. */
  private static Flow<ByteString, ByteString, NotUsed> served(String protocol) {
    Flow<ByteString, ByteString, NotUsed> responding = Flow.of(ByteString.class).take(1)
        .mapConcat(request -> Collections.nCopies(PIECES, ByteString.fromArray(new byte[PIECE])));
    BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> tls = TlsFlow.ofServer(engines(server, false, protocol));
    Flow<ByteString, ByteString, NotUsed> slow = Flow.of(ByteString.class).throttle(1, Duration.ofMillis(20));
    return responding.join(tls).via(slow);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void the_last_response_of_a_server_that_stops_reading_arrives(String protocol) throws Exception {
    Source<ByteString, NotUsed> request = Source.single(ByteString.fromString("request")).concat(Source.maybe());
    ByteString received = request.viaMat(TlsFlow.ofClient(engines(authority.trusting(), true, protocol)).join(served(protocol)), Keep.left())
        .toMat(Sink.fold(ByteString.emptyByteString(), ByteString::concat), Keep.right()).run(system).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(received.size()).isEqualTo(PIECES * PIECE);
  }

  @Test
  void a_client_that_leaves_ends_the_servers_side() throws Exception {
    Flow<ByteString, ByteString, NotUsed> echo = Flow.of(ByteString.class);
    Flow<ByteString, ByteString, NotUsed> connection = echo.join(TlsFlow.ofServer(engines(server, false, "TLSv1.3")));
    ByteString received = Source.single(ByteString.fromString("request"))
        .via(TlsFlow.ofClient(engines(authority.trusting(), true, "TLSv1.3")).join(connection))
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(received.utf8String()).isIn("request", "");
  }
}
