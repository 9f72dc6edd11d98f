package io.orderflow.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What processes use, as Linux accounts for it under /proc. */
public final class Usage {

  /** Linux counts processor time for programs in hundredths of a second, whatever its kernel does. */
  private static final double TICKS_PER_SECOND = 100;

  private Usage() {}

  /** The processor time of a process so far, in seconds. */
  public static double cpuSeconds(long pid) {
    String[] stat = stat(pid);
    return (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND;
  }

  /** The same of a process and all its descendants, its own children included that have ended. */
  public static double cpuSecondsOfFamily(long parent) {
    String[] own = stat(parent);
    double ended = (Long.parseLong(own[13]) + Long.parseLong(own[14])) / TICKS_PER_SECOND;
    try (Stream<ProcessHandle> descendants = ProcessHandle.of(parent).orElseThrow().descendants()) {
      return ended + cpuSeconds(parent) + descendants.mapToDouble(descendant -> {
        try {
          return cpuSeconds(descendant.pid());
        } catch (IllegalStateException hasEnded) {
          return 0;
        }
      }).sum();
    }
  }

  /** What all processors of this machine have worked so far, in seconds, for whomever. */
  public static double machineSeconds() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      String[] all = lines.findFirst().orElseThrow().trim().split("\\s+");
      // User, nice, system; interrupts and soft interrupts come two further on.
      return Stream.of(1, 2, 3, 6, 7).mapToLong(i -> Long.parseLong(all[i])).sum() / TICKS_PER_SECOND;
    } catch (IOException none) {
      throw new IllegalStateException(none);
    }
  }

  /** The memory of a process that is in the machine's memory now, in megabytes. */
  public static double residentMegabytes(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines.filter(line -> line.startsWith("VmRSS:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum() / 1_000.0;
    } catch (IOException none) {
      throw new IllegalStateException(none);
    }
  }

  /** What a JVM's full collection leaves, as the last line of the class histogram has it. */
  public static double liveHeapMegabytes(long pid) throws IOException {
    Process histogram = new ProcessBuilder(ContenderJvm.jcmd(), Long.toString(pid), "GC.class_histogram").redirectErrorStream(true).start();
    String[] lines = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");
    return Long.parseLong(lines[lines.length - 1].trim().split("\\s+")[2]) / 1e6;
  }

  /** What stands in /proc/pid/stat after the program's name, which may hold anything. */
  private static String[] stat(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    } catch (IOException ended) {
      throw new IllegalStateException(ended);
    }
  }
}
