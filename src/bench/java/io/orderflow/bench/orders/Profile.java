package io.orderflow.bench.orders;

import io.orderflow.bench.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** The shares of a program's processor time, from its flight recordings: by group of threads, and by part of the Java code. */
final class Profile {

  private static final String ARTERY = "Artery, between nodes";
  private static final String DISPATCH = "Akka: actors, asks, dispatchers";
  private static final String OTHER = "other";
  /** A sample belongs to the first of these packages that is found from its innermost frame outwards: what the JDK does, it does for its caller. */
  private static final Map<String, String> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("com.fasterxml.", "JSON");
    PARTS.put("org.postgresql.", "PostgreSQL's driver and its pool");
    PARTS.put("com.zaxxer.", "PostgreSQL's driver and its pool");
    PARTS.put("akka.http.", "HTTP and streams");
    PARTS.put("akka.stream.", "HTTP and streams");
    PARTS.put("akka.io.", "HTTP and streams");
    PARTS.put("akka.util.ByteS", "HTTP and streams");
    PARTS.put("io.orderflow.http.", "HTTP and streams");
    PARTS.put("io.orderflow.gateway.", "gateway");
    PARTS.put("akka.remote.", ARTERY);
    PARTS.put("akka.cluster.sharding.", "sharding");
    PARTS.put("akka.cluster.", "cluster");
    PARTS.put("akka.persistence.", "journal");
    PARTS.put("io.orderflow.journal.", "journal");
    PARTS.put("akka.serialization.", "serialisation");
    PARTS.put("io.orderflow.projection.", "projections");
    PARTS.put("io.orderflow.", "aggregates, sagas, business");
    PARTS.put("akka.", DISPATCH);
    PARTS.put("scala.", DISPATCH);
  }

  private final Map<String, Double> processorByThreads = new TreeMap<>();
  private final Map<String, Double> samplesByPart = new TreeMap<>();
  private final Instant from;

  private Profile(Instant from) {
    this.from = from;
    Stream.concat(PARTS.values().stream(), Stream.of(OTHER)).forEach(part -> samplesByPart.put(part, 0.0));
  }

  /** Of all recordings together, from that moment on. */
  static Profile of(List<Path> recordings, Instant from) throws IOException {
    Profile profile = new Profile(from);
    for (Path recording : recordings) {
      profile.read(recording);
    }
    return profile;
  }

  /** Adds the shares in percent. */
  void addTo(Report report, String program) {
    add(report.column(program, "threads, % of the processor time"), processorByThreads);
    add(report.column(program, "code, % of the samples of Java"), samplesByPart);
  }

  /** What is below one percent comes together. */
  private static void add(Report.Column column, Map<String, Double> parts) {
    double all = parts.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<String, Double> shares = new TreeMap<>();
    parts.forEach((part, value) -> shares.merge(value < all / 100 ? OTHER : part, 100 * value / all, Double::sum));
    shares.forEach(column::add);
  }

  private void read(Path recording) throws IOException {
    double processors = Runtime.getRuntime().availableProcessors();
    Map<String, Instant> lastLoads = new TreeMap<>();
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getStartTime().isBefore(from)) {
          continue;
        }
        switch (event.getEventType().getName()) {
          case "jdk.ExecutionSample" -> samplesByPart.merge(part(event), 1.0, Double::sum);
          // While it stops the others, it has all processors.
          case "jdk.GarbageCollection" -> processorByThreads.merge("collector", seconds(event.getDuration("sumOfPauses")) * processors, Double::sum);
          case "jdk.ThreadCPULoad" -> load(event, processors, lastLoads);
          default -> {
            // Not about time.
          }
        }
      }
    }
  }

  /** The event tells a thread's share of all processors since its last one. */
  private void load(RecordedEvent event, double processors, Map<String, Instant> lastLoads) {
    RecordedThread thread = event.getThread();
    if (thread == null) {
      return;
    }
    Instant last = lastLoads.put(thread.getJavaName() + thread.getOSThreadId(), event.getStartTime());
    if (last != null) {
      double share = event.getFloat("user") + event.getFloat("system");
      processorByThreads.merge(group(thread), share * processors * seconds(Duration.between(last, event.getStartTime())), Double::sum);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** Threads whose names differ by numbers are one group; those of no account are one, too. */
  private static String group(RecordedThread thread) {
    String name = thread.getJavaName() == null ? thread.getOSName() : thread.getJavaName();
    if (name == null) {
      return OTHER;
    }
    boolean compiles = name.startsWith("C1 ") || name.startsWith("C2 ");
    return compiles ? "compiler" : name.replaceFirst("^\\w+-(?=akka|orderflow)", "").replaceAll("[-#]?\\d+", "");
  }

  private static String part(RecordedEvent sample) {
    RecordedThread thread = sample.getThread("sampledThread");
    if (thread != null && thread.getJavaName() != null && thread.getJavaName().contains("remote-dispatcher")) {
      return ARTERY;
    }
    List<RecordedFrame> frames = sample.getStackTrace() == null ? List.of() : sample.getStackTrace().getFrames();
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      for (Map.Entry<String, String> part : PARTS.entrySet()) {
        if (type.startsWith(part.getKey())) {
          return part.getValue();
        }
      }
    }
    return frames.stream().anyMatch(frame -> frame.getMethod().getType().getName().contains("ForkJoin")) ? DISPATCH : OTHER;
  }
}
