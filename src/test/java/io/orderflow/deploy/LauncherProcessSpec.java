package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Placed;
import io.orderflow.testkit.ShopClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/orderflow} with the JDK of the build and with JDK 25, in a folder that is laid out as in the image. */
class LauncherProcessSpec {

  /** A recording on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String FEW_ORDERS = "50";
  private static final int HEAP_MB = 300;
  private static final Pattern HEAP_POOL = Pattern.compile("^jvm_memory_max_bytes\\{area=\"heap\".*} (\\S+)$", Pattern.MULTILINE);
  /** What the program prints begins with a time. What the JVM prints does not. */
  private static final Pattern OF_THE_PROGRAM = Pattern.compile("^\\d{4}-\\d{2}-\\d{2}T.*");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private Path installed;

  @BeforeEach
  void install() throws IOException {
    installed = Files.createDirectories(folder.resolve("opt"));
    Files.copy(Path.of("target/orderflow.jar"), installed.resolve("orderflow.jar"));
    Files.createSymbolicLink(installed.resolve("lib"), Path.of("target/lib").toAbsolutePath());
    Files.createDirectories(installed.resolve("bin"));
    Path launcher = Files.copy(Path.of("bin/orderflow"), installed.resolve("bin/orderflow"));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"of the build", "25"})
  void a_recorded_cache_is_used_and_a_broken_one_is_ignored(String jdk) throws Exception {
    Path home = home(jdk);
    assertThat(record(home, FEW_ORDERS).waitFor()).isZero();
    Path cache = caches().get(0);
    assertThat(leftovers()).isEmpty();
    try (NodeProcess node = node(home, "0")) {
      serve(node);
      assertThat(mappedFiles(node)).contains(cache.getFileName().toString());
      assertThat(maxHeap(node)).isBetween(HEAP_MB * 0.6, HEAP_MB * 1.0);
      node.stop();

      try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
        file.write(new byte[4096]);
      }
      serve(node);
      node.stop();

      try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
      serve(node);
      assertThat(mappedFiles(node)).doesNotContain(cache.getFileName().toString());
    }
    assertThat(Files.readAllLines(folder.resolve("node/node.log"))).isNotEmpty().allMatch(OF_THE_PROGRAM.asMatchPredicate());
  }

  @Test
  void the_first_start_records_beside_itself_whatever_an_earlier_one_left() throws Exception {
    Path home = home("of the build");
    Process killed = record(home, FEW_ORDERS);
    awaitJvm(killed);
    List<ProcessHandle> jvms = killed.descendants().toList();
    killed.destroyForcibly().waitFor();
    jvms.forEach(ProcessHandle::destroyForcibly);
    assertThat(leftovers()).as("the lock of the killed one").isNotEmpty();
    try (NodeProcess node = node(home, FEW_ORDERS)) {
      serve(node);
      Awaitility.await().atMost(PATIENCE).until(() -> caches().size() == 1 && leftovers().isEmpty());
      node.stop();
      serve(node);
      assertThat(mappedFiles(node)).contains(caches().get(0).getFileName().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"of the build", "25"})
  void a_recording_that_dies_while_it_writes_leaves_nothing(String jdk) throws Exception {
    Process recording = record(home(jdk), "5");
    // JDK 25 opens the file when it starts, and writes into it when it ends.
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> installedFiles()
        .anyMatch(file -> file.toString().contains(".new") && file.toFile().length() > 0));
    recording.descendants().forEach(ProcessHandle::destroyForcibly);
    assertThat(recording.waitFor()).isNotZero();
    assertThat(caches()).isEmpty();
    assertThat(leftovers()).isEmpty();
  }

  private static Path home(String jdk) throws IOException {
    if (!jdk.equals("25")) {
      return Path.of(System.getProperty("java.home"));
    }
    Optional<Path> found = Optional.ofNullable(System.getenv("JDK25_HOME")).map(Path::of);
    if (found.isEmpty() && Files.isDirectory(Path.of("/usr/lib/jvm"))) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/usr/lib/jvm"), "*-25-*")) {
        for (Path each : all) {
          found = Optional.of(each);
        }
      }
    }
    Assumptions.assumeTrue(found.isPresent(), "there is no JDK 25 in /usr/lib/jvm, and JDK25_HOME names none");
    return found.get();
  }

  private Map<String, String> environment(Path home, String orders) {
    return new HashMap<>(Map.of("JAVA_HOME", home.toString(), "ORDERFLOW_HEAP", HEAP_MB + "m", "ORDERFLOW_TRAIN", orders));
  }

  private Process record(Path home, String orders) throws IOException {
    ProcessBuilder command = new ProcessBuilder(installed.resolve("bin/orderflow").toString(), "train").directory(folder.toFile())
        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("train.log").toFile()));
    command.environment().putAll(environment(home, orders));
    return command.start();
  }

  private static void awaitJvm(Process recording) {
    Awaitility.await().until(() -> recording.descendants().anyMatch(each -> each.info().command().orElse("").endsWith("/java")));
  }

  private NodeProcess node(Path home, String orders) {
    NodeProcess node = new NodeProcess(folder.resolve("node"), environment(home, orders));
    node.startsBy(installed.resolve("bin/orderflow").toString());
    return node;
  }

  /** Starts the node and has it confirm an order. */
  private static void serve(NodeProcess node) {
    node.start();
    ShopClient shop = node.gateway();
    shop.stock("tea", 10);
    String order = new Placed.Wanted("ada", List.of(new Placed.Line("tea", 1)), "tok_visa", null, "DE").body();
    String id = shop.post("/api/orders", order).expect(201).text("orderId");
    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
  }

  private static double maxHeap(NodeProcess node) {
    return HEAP_POOL.matcher(node.metrics()).results().mapToDouble(pool -> Double.parseDouble(pool.group(1))).sum() / (1 << 20);
  }

  private static String mappedFiles(NodeProcess node) throws IOException {
    Path maps = Path.of("/proc", Long.toString(node.pid()), "maps");
    Assumptions.assumeTrue(Files.exists(maps), "only Linux tells which files a process has mapped");
    return Files.readString(maps);
  }

  private List<Path> caches() throws IOException {
    return installedFiles().filter(file -> file.toString().matches(".*\\.(aot|jsa)")).toList();
  }

  /** Files that only a recording under way may have. */
  private List<String> leftovers() throws IOException {
    return installedFiles().map(file -> file.getFileName().toString()).filter(name -> name.contains(".new") || name.endsWith(".lock")).toList();
  }

  private Stream<Path> installedFiles() throws IOException {
    try (Stream<Path> files = Files.list(installed)) {
      return files.toList().stream();
    }
  }
}
