package io.orderflow.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The JVM of the programs that are compared and its options: the same for all that run in one. {@code JAVA} is its executable, by default
 * the one that runs the benchmark; {@code HEAP} and {@code COLLECTOR} are by default those of the README's run command; {@code JVM_OPTIONS}
 * are further ones.
 */
public final class ContenderJvm {

  private static final Path JAVA = Path.of(Variables.get("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString()));
  private static final List<String> OPTIONS = List.of(
      ("-Xmx" + Variables.get("HEAP", "512m") + " -XX:+Use" + Variables.get("COLLECTOR", "Parallel") + "GC " + Variables.get("JVM_OPTIONS", ""))
          .trim().split("\\s+"));
  /** By these a JVM takes options that no command line shows. */
  private static final Set<String> HIDDEN = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private ContenderJvm() {}

  /** A command that runs this in the JVM, for a process without options from the environment. */
  public static ProcessBuilder process(List<String> program) {
    List<String> command = new ArrayList<>(List.of(JAVA.toString()));
    command.addAll(OPTIONS);
    command.addAll(program);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeAll(HIDDEN);
    return builder;
  }

  /** The JVM's version and all its options. */
  public static String description() {
    try {
      Process version = process(List.of("-version")).redirectErrorStream(true).start();
      String[] lines = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");
      return lines[lines.length - 1] + ", " + String.join(" ", OPTIONS);
    } catch (IOException none) {
      throw new IllegalStateException(none);
    }
  }

  /** The JDK's tool that asks a running JVM. */
  static String jcmd() throws IOException {
    return JAVA.toRealPath().resolveSibling("jcmd").toString();
  }
}
