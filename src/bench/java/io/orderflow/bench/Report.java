package io.orderflow.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The figures of all rounds, and their medians as a table. */
public final class Report {

  /** One program under one load. */
  public static final class Column {

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    /** Adds the figure of one round. */
    public void add(String figure, double value) {
      figures.computeIfAbsent(figure, first -> new ArrayList<>()).add(value);
    }

    /** The median of all rounds; not a number without any. */
    public double median(String figure) {
      List<Double> sorted = figures.getOrDefault(figure, List.of()).stream().sorted().toList();
      int size = sorted.size();
      return size == 0 ? Double.NaN : (sorted.get(size / 2) + sorted.get((size - 1) / 2)) / 2;
    }
  }

  private final Map<String, Map<String, Column>> columnsByLoad = new LinkedHashMap<>();
  private final Set<String> programs = new LinkedHashSet<>();
  private final String conditions;

  /** @param conditions what else the figures depend on, beside the processors and the JVM of the contenders */
  public Report(String conditions) {
    this.conditions = conditions;
  }

  public Column column(String program, String load) {
    programs.add(program);
    return columnsByLoad.computeIfAbsent(load, first -> new LinkedHashMap<>()).computeIfAbsent(program, first -> new Column());
  }

  /** The medians in Markdown, one load after the other; of several programs also the first one's as a multiple of each other's. */
  public String table() {
    StringBuilder table = new StringBuilder("| | | " + String.join(" | ", programs) + " |");
    programs.stream().skip(1).forEach(other -> table.append(" ratio to ").append(other).append(" |"));
    table.append("\n|---|---").append("|---".repeat(2 * programs.size() - 1)).append("|\n");
    columnsByLoad.forEach((load, columns) -> {
      for (String figure : columns.values().stream().flatMap(column -> column.figures.keySet().stream()).distinct().toList()) {
        double[] medians = programs.stream().mapToDouble(program -> columns.get(program).median(figure)).toArray();
        table.append("| ").append(load).append(" | ").append(figure);
        Arrays.stream(medians).forEach(median -> table.append(" | ").append(number(median)));
        for (int other = 1; other < medians.length; other++) {
          table.append(" | ").append(medians[0] > 0 && medians[other] > 0 ? number(medians[0] / medians[other]) : "");
        }
        table.append(" |\n");
      }
    });
    return table.append('\n').append(machine()).toString();
  }

  private String machine() {
    return "JVM of every program that runs in one: " + ContenderJvm.description() + "\n"
        + Runtime.getRuntime().availableProcessors() + " processors (" + processor() + "); " + conditions;
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(line -> line.startsWith("model name")).findFirst().map(line -> line.replaceFirst(".*: ", "")).orElse("unknown");
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  /** With as many digits as mean something. */
  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
