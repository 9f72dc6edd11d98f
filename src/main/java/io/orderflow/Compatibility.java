package io.orderflow;

import akka.cluster.ConfigValidation;
import akka.cluster.JoinConfigCompatChecker;
import com.typesafe.config.Config;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Keeps a node out of a cluster if either can't read the other's events or messages. Both must have the same
 * {@code orderflow.compatibility}.
 */
public final class Compatibility extends JoinConfigCompatChecker {

  private static final Seq<String> KEYS = CollectionConverters.asScala(List.of("orderflow.compatibility")).toSeq();

  @Override
  public Seq<String> requiredKeys() {
    return KEYS;
  }

  @Override
  public ConfigValidation check(Config joining, Config cluster) {
    return JoinConfigCompatChecker.fullMatch(KEYS, joining, cluster);
  }
}
