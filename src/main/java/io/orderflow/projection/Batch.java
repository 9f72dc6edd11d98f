package io.orderflow.projection;

import io.orderflow.journal.JournalReader.Row;
import java.util.List;

/**
 * Holds the events to be written in one transaction, possibly none, and the position in the journal after them.
 *
 * @param position in the format of {@link io.orderflow.journal.JournalPosition#toString}
 */
record Batch(List<Row> events, String position) {}
