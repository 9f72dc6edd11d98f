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

/** The meters of one node. */
public final class Meters implements Extension {

  private static final class Id extends ExtensionId<Meters> {
    static final Id INSTANCE = new Id();

    @Override
    public Meters createExtension(ActorSystem<?> system) {
      return new Meters();
    }
  }

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @SuppressWarnings("resource") // listens to the collector for as long as the process lives
  private Meters() {
    List.of(new JvmMemoryMetrics(), new JvmGcMetrics(), new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
  }

  /** Where a part of the node registers what it measures; names begin with {@code orderflow.}. */
  public static MeterRegistry of(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).registry;
  }

  /** All of them in Prometheus' text format. */
  static String scrape(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).registry.scrape();
  }
}
