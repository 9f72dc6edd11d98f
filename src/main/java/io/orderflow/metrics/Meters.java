package io.orderflow.metrics;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;

/** Holds the meters of one node. */
public final class Meters implements Extension {

  private static final class Id extends ExtensionId<Meters> {
    static final Id INSTANCE = new Id();

    @Override
    public Meters createExtension(ActorSystem<?> system) {
      return new Meters();
    }
  }

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @SuppressWarnings("resource") // Listens to the collector for the life of the process.
  private Meters() {
    List.of(new JvmMemoryMetrics(), new JvmGcMetrics(), new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
  }

  /** The registry for the node's meters. Their names begin with {@code orderflow.}. */
  public static MeterRegistry of(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).registry;
  }

  /** All meters in Prometheus' text format. */
  static String scrape(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).registry.scrape();
  }
}
