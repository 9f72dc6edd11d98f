package io.orderflow.bench.gateway;

import io.orderflow.bench.ContenderJvm;
import io.orderflow.bench.Failures;
import io.orderflow.bench.Report;
import io.orderflow.bench.Usage;
import io.orderflow.bench.Variables;
import io.orderflow.testkit.TestAuthority;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import org.awaitility.Awaitility;

/**
 * Requests per second of the gateway and of other programs in front of the same trivial service, in turn under the same load. For
 * {@code src/bench/gateway/run}; prints a table.
 */
public final class GatewayBench {

  private static final String UPSTREAM = "http://127.0.0.1:9501";
  private static final String PATH = "/api/bench/orders/o-1";
  private static final int FIRST_SECONDS = 30;
  private static final String FIRST = "the first " + FIRST_SECONDS + " s";
  private static final String WARM = "warm";
  private static final String RATE = "requests/s";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Report report;
  private final Path folder;
  private final String connections;
  private final TestAuthority authority;
  private final TestAuthority.Pair certificate;
  private final List<Process> started = new ArrayList<>();

  private record Contender(String name, String origin, Process process) {

    private Contender(String name, int port, Process process) {
      this(name, "http://127.0.0.1:" + port, process);
    }
  }

  private GatewayBench(Report report, Path folder, String connections) {
    this.report = report;
    this.folder = folder;
    this.connections = connections;
    this.authority = new TestAuthority(folder, "authority-" + ProcessHandle.current().pid());
    this.certificate = authority.issue("dns:localhost,ip:127.0.0.1");
  }

  /** @param args the seconds of each round, the rounds, the seconds of warming each program up, the connections, the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    Report report = new Report("wrk with " + args[3] + " connections and the service on the same machine");
    GatewayBench bench = new GatewayBench(report, Path.of(args[4]).toAbsolutePath(), args[3]);
    try {
      bench.run(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    } finally {
      bench.started.forEach(Process::destroy);
      bench.started.forEach(process -> process.onExit().join());
    }
    System.out.println(report.table());
    System.exit(0);
  }

  private void run(int seconds, int rounds, int warmUp) throws Exception {
    launch("upstream", nginx("upstream.conf"));
    awaitOk(UPSTREAM + "/");
    List<Contender> contenders = new ArrayList<>();
    for (String name : Variables.get("CONTENDERS", "orderflow,nginx,pooled,express").split(",")) {
      long began = System.nanoTime();
      Contender contender = start(name);
      awaitOk(contender.origin() + PATH);
      report.column(name, FIRST).add("start to the first answer, s", (System.nanoTime() - began) / 1e9);
      measure(contender, FIRST, FIRST_SECONDS);
      wrk(contender, warmUp);
      contenders.add(contender);
    }
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : contenders) {
        System.err.printf("round %d: %-10s %,7.0f requests/s%n", round, contender.name(), measure(contender, WARM, seconds));
      }
      // Each comes first, in the middle and last in turn.
      Collections.rotate(contenders, 1);
    }
    for (Contender contender : contenders) {
      Report.Column first = report.column(contender.name(), FIRST);
      first.add("of the warm rate", first.median(RATE) / report.column(contender.name(), WARM).median(RATE));
    }
  }

  /** Answers the requests per second. */
  private double measure(Contender contender, String load, int seconds) throws Exception {
    long itself = ProcessHandle.current().pid();
    double machine = Usage.machineSeconds();
    double family = Usage.cpuSecondsOfFamily(itself);
    double own = Usage.cpuSecondsOfFamily(contender.process().pid());
    String result = wrk(contender, seconds);
    double rate = number(result, "Requests/sec:\\s+([\\d.]+)()");
    Report.Column column = report.column(contender.name(), load);
    column.add(RATE, rate);
    column.add("p50 ms", number(result, "50%\\s+([\\d.]+)(\\w+)"));
    column.add("p99 ms", number(result, "99%\\s+([\\d.]+)(\\w+)"));
    column.add("CPU per request, µs", (Usage.cpuSecondsOfFamily(contender.process().pid()) - own) * 1e6 / (rate * seconds));
    column.add("CPU of others meanwhile, s/s",
        (Usage.machineSeconds() - machine - (Usage.cpuSecondsOfFamily(itself) - family)) / seconds);
    column.add("memory, MB", Usage.residentMegabytes(contender.process().pid())
        + contender.process().descendants().mapToDouble(child -> Usage.residentMegabytes(child.pid())).sum());
    return rate;
  }

  private String wrk(Contender contender, int seconds) throws IOException {
    // A cold program's first answers can take longer than the two seconds that wrk waits by default.
    Process wrk = new ProcessBuilder("wrk", "-t2", "-c" + connections, "-d" + seconds, "--timeout", "10s", "--latency",
        contender.origin() + PATH).redirectErrorStream(true).start();
    String result = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (wrk.onExit().join().exitValue() != 0 || result.contains("Non-2xx") || result.contains("Socket errors")) {
      throw new IllegalStateException(contender.name() + ": " + result);
    }
    return result;
  }

  /** The first group of the pattern; in milliseconds if the second one is a unit of time. */
  private static double number(String result, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(result);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in " + result);
    }
    double factor = switch (matcher.group(2)) {
      case "us" -> 1e-3;
      case "s" -> 1e3;
      default -> 1;
    };
    return Double.parseDouble(matcher.group(1)) * factor;
  }

  private Contender start(String name) throws IOException {
    return switch (name) {
      case "orderflow" -> orderflow(name, TestNode.freePorts(), Map.of());
      case "orderflow-tls" -> orderflow(name, TestNode.freePorts(), Map.of("ORDERFLOW_TLS_CERTIFICATE", certificate.certificate().toString(),
          "ORDERFLOW_TLS_KEY", certificate.key().toString()));
      case "nginx" -> new Contender(name, 9502, launch(name, nginx("nginx.conf")));
      case "nginx-tls" -> nginxWithTls(name);
      case "pooled" -> new Contender(name, 9505, launch(name, ContenderJvm.process(List.of("-cp", System.getProperty("java.class.path"),
          PooledProxy.class.getName(), "9505", UPSTREAM))));
      case "express" -> {
        ProcessBuilder express = new ProcessBuilder("node", "express.js");
        express.environment().putAll(Map.of("PORT", "9503", "UPSTREAM", UPSTREAM, "NODE_ENV", "production"));
        yield new Contender(name, 9503, launch(name, express));
      }
      default -> throw new IllegalArgumentException("no contender is called " + name);
    };
  }

  /** The built program as a gateway only, with everything switched on and a limit that is counted and never reached. */
  private Contender orderflow(String name, Map<String, Integer> ports, Map<String, String> variables) throws IOException {
    ProcessBuilder program = ContenderJvm.process(List.of("-jar", Path.of("target", "orderflow.jar").toAbsolutePath().toString()));
    program.environment().putAll(Map.of("ORDERFLOW_ROLES", "gateway", "ORDERFLOW_GATEWAY_SERVICES", "bench=" + UPSTREAM,
        "ORDERFLOW_RATE_LIMIT_REQUESTS", "1000000000"));
    program.environment().putAll(variables);
    ports.forEach((setting, port) ->
        program.environment().put("ORDERFLOW_" + setting.split("\\.")[1].toUpperCase(Locale.ROOT) + "_PORT", port.toString()));
    String scheme = variables.isEmpty() ? "http" : "https";
    return new Contender(name, scheme + "://127.0.0.1:" + ports.get("orderflow.gateway.port"), launch(name, program));
  }

  private Contender nginxWithTls(String name) throws IOException {
    String plain = Files.readString(folder.resolve("nginx.conf"));
    String tls = plain.replaceFirst("listen [^;]*9502[^;]*;", "listen 127.0.0.1:9506 ssl;\n    ssl_protocols TLSv1.2 TLSv1.3;\n    ssl_certificate "
        + certificate.certificate() + ";\n    ssl_certificate_key " + certificate.key() + ";");
    if (tls.equals(plain)) {
      throw new IllegalStateException("nginx.conf has no line that listens at 9502");
    }
    Files.writeString(folder.resolve("nginx-tls.conf"), tls);
    return new Contender(name, "https://127.0.0.1:9506", launch(name, nginx("nginx-tls.conf")));
  }

  private ProcessBuilder nginx(String configuration) {
    return new ProcessBuilder("nginx", "-p", folder.toString(), "-c", configuration);
  }

  private Process launch(String name, ProcessBuilder program) throws IOException {
    Process process = program.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(folder.resolve(name + ".log").toFile()).start();
    // A benchmark that is interrupted must not leave its programs behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    started.add(process);
    return process;
  }

  private void awaitOk(String url) {
    Process process = started.get(started.size() - 1);
    Awaitility.await(url + " answers").atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).ignoreExceptions()
        .failFast("the program has ended, see its log", () -> !process.isAlive())
        .until(() -> status(url) == 200);
  }

  private int status(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    if (connection instanceof HttpsURLConnection encrypted) {
      encrypted.setSSLSocketFactory(authority.trusting().getSocketFactory());
    }
    return connection.getResponseCode();
  }
}
