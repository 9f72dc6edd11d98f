/**
 * The database: its schema, the journal, the archive, and the connection pool that journal, snapshots and projections share. Independent of
 * business packages.
 */
package io.orderflow.journal;
