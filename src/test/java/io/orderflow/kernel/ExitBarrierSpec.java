package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ExitBarrierSpec {

  /** A program that is told to exit in the middle of its work. */
  static final class Program {

    public static void main(String[] args) {
      ExitBarrier.during(() -> {
        CountDownLatch exiting = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(exiting::countDown));
        new Thread(() -> System.exit(3)).start();
        try {
          exiting.await();
          // Work that takes longer than an exit.
          Thread.sleep(300);
        } catch (InterruptedException never) {
          throw new IllegalStateException(never);
        }
        System.out.println("the work has ended");
      });
    }
  }

  @Test
  void an_exit_waits_for_the_end_of_the_work() throws Exception {
    Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", Path.of("target", "classes") + ":"
        + Path.of("target", "test-classes"), Program.class.getName()).redirectErrorStream(true).start();
    assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains("the work has ended");
    assertThat(program.waitFor()).isEqualTo(3);
  }
}
