package io.orderflow.bench.orders;

import io.orderflow.bench.Usage;

/**
 * What has been spent so far, by one program and the database server; as a difference, in between.
 *
 * @param driverSeconds of this process: the clients and the provider
 * @param machineSeconds of everything that runs on this machine
 * @param commits of the program's database, those included that only read
 * @param flushes how often the server waited for the disk to have what was committed; several commits can share one
 */
record Costs(double jvmSeconds, double databaseSeconds, double driverSeconds, double machineSeconds, long events, long commits,
    long flushes, long walBytes) {

  static Costs now(DurablePostgresql postgresql, Contender contender) throws Exception {
    long events = contender.events();
    return new Costs(contender.cpuSeconds(), Usage.cpuSecondsOfFamily(postgresql.pid()),
        Usage.cpuSeconds(ProcessHandle.current().pid()), Usage.machineSeconds(), events,
        postgresql.number("postgres", "SELECT xact_commit FROM pg_stat_database WHERE datname = '" + contender.database() + "'"),
        postgresql.number("postgres", "SELECT wal_sync FROM pg_stat_wal"),
        postgresql.number("postgres", "SELECT wal_bytes FROM pg_stat_wal"));
  }

  /** What was used by nobody who takes part: while it is much, the machine is not fit for measuring. */
  double othersSeconds() {
    return machineSeconds - jvmSeconds - databaseSeconds - driverSeconds;
  }

  Costs since(Costs before) {
    return new Costs(jvmSeconds - before.jvmSeconds, databaseSeconds - before.databaseSeconds, driverSeconds - before.driverSeconds,
        machineSeconds - before.machineSeconds, events - before.events, commits - before.commits, flushes - before.flushes, walBytes - before.walBytes);
  }
}
