package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.Config;
import com.zaxxer.hikari.HikariDataSource;
import io.orderflow.kernel.Secret;
import io.orderflow.kernel.WatchedFiles;

/** The password of the database's user, from its setting or from a file. */
final class DatabasePassword {

  private DatabasePassword() {}

  /** @param config the whole configuration */
  static Secret of(Config config) {
    Config db = config.getConfig("orderflow.db");
    return Secret.of("ORDERFLOW_DB_PASSWORD", db.getString("password"), db.getString("password-file"));
  }

  /** Opens the pool's new connections with the present password of the file, if it is in one. Connections that are open stay so. */
  static void follow(ActorSystem<?> system, HikariDataSource pool) {
    Secret password = of(system.settings().config());
    if (password.isInFile()) {
      // It may have changed since the configuration was derived.
      pool.setPassword(password.get());
      password.onChange(pool::setPassword);
      system.scheduler().scheduleWithFixedDelay(WatchedFiles.INTERVAL, WatchedFiles.INTERVAL, password::refresh,
          system.dispatchers().lookup(DispatcherSelector.blocking()));
    }
  }
}
