package io.orderflow.console;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The names of what the nodes' consoles send to each other. Nothing is stored. */
public final class ConsoleTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.of();
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("console.ask", NodeReports.Ask.class),
        Map.entry("console.report", NodeReports.Report.class));
  }
}
