/**
 * Moves old events from the journal to the archive: of entities that have ended ({@link io.orderflow.archive.ArchiveRule}), and those before
 * the snapshots of entities that live on. The tables and their readers are in {@link io.orderflow.journal}.
 */
package io.orderflow.archive;
