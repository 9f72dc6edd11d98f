/** The database: its schema and the one pool of connections that journal, snapshots and views share. Knows no business. */
package io.orderflow.journal;
