package io.orderflow.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulator in its own process, killed while it handles charges. */
class KilledSimulatorSpec {

  private static final int CLIENTS = 8;
  private static final int CHARGES_BEFORE_THE_KILL = 300;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void every_answered_charge_is_in_the_ledger_after_a_kill(@TempDir Path folder) throws Exception {
    Queue<String> answered = new ConcurrentLinkedQueue<>();
    Process first = start(folder);
    String url = url(first);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    for (int c = 0; c < CLIENTS; c++) {
      String prefix = "key-" + c + "-";
      clients.submit(() -> {
        for (int i = 0; charge(url, prefix + i) == 200; i++) {
          answered.add(prefix + i);
          if (answered.size() == CHARGES_BEFORE_THE_KILL) {
            first.destroyForcibly();
          }
        }
        return null;
      });
    }
    first.waitFor();
    clients.shutdown();
    assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

    Process second = start(folder);
    Set<String> kept = new HashSet<>();
    try {
      String body = client.send(HttpRequest.newBuilder(URI.create(url(second) + "/ledger")).build(), BodyHandlers.ofString()).body();
      for (JsonNode entry : new ObjectMapper().readTree(body).get("charges")) {
        kept.add(entry.get("idempotencyKey").asText());
      }
    } finally {
      second.destroyForcibly().waitFor();
    }

    assertThat(answered).hasSizeGreaterThanOrEqualTo(CHARGES_BEFORE_THE_KILL);
    assertThat(kept).containsAll(answered);
  }

  private int charge(String url, String key) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(URI.create(url + "/charges")).header("Idempotency-Key", key)
        .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(
            "{\"orderId\":\"o-1\",\"amount\":\"1.00\",\"currency\":\"EUR\",\"token\":\"tok_visa\"}"))
        .build(), BodyHandlers.ofString()).statusCode();
  }

  private static Process start(Path folder) throws IOException {
    ProcessBuilder process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp",
        System.getProperty("java.class.path"), "io.orderflow.simulator.SimulatorMain").directory(folder.toFile());
    process.environment().put("ORDERFLOW_DATA_DIR", folder.toString());
    process.environment().put("ORDERFLOW_PROVIDER_PORT", "0");
    return process.redirectErrorStream(true).start();
  }

  /** The address that its log names. */
  private static String url(Process process) throws IOException {
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      int at = line.indexOf("listening on ");
      if (at >= 0) {
        return line.substring(at + "listening on ".length()).strip();
      }
    }
    throw new IllegalStateException("the simulator did not start");
  }
}
