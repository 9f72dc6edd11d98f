package io.orderflow.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Whatever text of others is logged, a line of the log stays one, by the configuration that the program ships. */
class LogSpec {

  private static final String HOSTILE = "a\r\n2026-01-01T00:00:00.000Z INFO  Main - forged\u001b[2J\u0085b\u2028c\0d\u202ee";

  private static String logged(String message, Object argument) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new ch.qos.logback.classic.util.LogbackMDCAdapter());
    try {
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(LogSpec.class.getResource("/logback.xml"));
      context.getLogger("spec").setLevel(Level.INFO);
      context.getLogger("spec").info(message, argument);
    } finally {
      // Waits for what is queued.
      context.stop();
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void a_message_stays_on_its_line() throws Exception {
    assertThat(logged("got {}", HOSTILE)).endsWith("got a??2026-01-01T00:00:00.000Z INFO  Main - forged?[2J?b?c?d?e\n").containsOnlyOnce("\n");
  }

  @Test
  void an_exceptions_message_stays_on_its_line_and_so_do_those_of_its_causes() throws Exception {
    String log = logged("failed", new IllegalStateException(HOSTILE, new RuntimeException(HOSTILE)));

    assertThat(log.lines().skip(1)).allMatch(line -> line.startsWith("\tat ") || line.startsWith("\t... ")
        || line.startsWith("Caused by: java.lang.RuntimeException: a??")
        || line.startsWith("java.lang.IllegalStateException: a??"));
    assertThat(log).doesNotContain("\u001b").doesNotContain("\u0085").contains("Caused by: ");
  }
}
