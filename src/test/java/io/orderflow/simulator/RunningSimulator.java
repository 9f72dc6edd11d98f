package io.orderflow.simulator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.http.javadsl.ServerBinding;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.orderflow.http.Json;
import io.orderflow.kernel.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/** The payment provider's simulator on a free port, for specs. */
public final class RunningSimulator implements AutoCloseable {

  /** A response with its JSON. */
  public record Answer(int status, String contentType, JsonNode body) {}

  private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ActorSystem<Void> system;
  private final String url;

  private RunningSimulator(ActorSystem<Void> system, String url) {
    this.system = system;
    this.url = url;
  }

  /** Starts a simulator with its ledger in that folder. */
  public static RunningSimulator in(Path folder) {
    return in(folder, new Random());
  }

  /** The same with further settings. */
  public static RunningSimulator in(Path folder, Config settings) {
    return in(folder, new Random(), settings);
  }

  static RunningSimulator in(Path folder, RandomGenerator random) {
    return in(folder, random, ConfigFactory.empty());
  }

  private static RunningSimulator in(Path folder, RandomGenerator random, Config settings) {
    Config config = Configuration.over(settings.withFallback(ConfigFactory
        .parseString("akka { actor.provider = local, coordinated-shutdown.run-by-jvm-shutdown-hook = off }, orderflow.provider.port = 0")
        .withValue("orderflow.data-dir", ConfigValueFactory.fromAnyRef(folder.toString()))));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "provider", config);
    ServerBinding binding = Simulator.start(system, config, random).toCompletableFuture().join();
    return new RunningSimulator(system, "http://127.0.0.1:" + binding.localAddress().getPort());
  }

  public String url() {
    return url;
  }

  /** Sets the faults, as JSON. */
  public void faults(String json) {
    Answer answer = send("PUT", "/faults", json);
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.toString());
    }
  }

  /** The entries of the ledger. */
  public JsonNode ledger() {
    return send("GET", "/ledger", "").body().get("charges");
  }

  /** The number of charge calls so far. */
  public long charges() {
    return send("GET", "/calls", "").body().get("charges").asLong();
  }

  /** Sends a request and awaits its response. */
  public Answer send(String method, String path, String body, String... headers) {
    try {
      HttpResponse<byte[]> answer = CLIENT.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""),
          Json.parse(ByteString.fromArray(answer.body())));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  HttpRequest request(String method, String path, String body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(20))
        .method(method, HttpRequest.BodyPublishers.ofString(body)).header("Content-Type", "application/json");
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  HttpClient client() {
    return CLIENT;
  }

  /** Shuts the simulator down in order. */
  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
