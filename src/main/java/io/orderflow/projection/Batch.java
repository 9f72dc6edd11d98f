package io.orderflow.projection;

import io.orderflow.journal.JournalReader.Row;
import java.util.List;

/**
 * What is written in one transaction: some events, possibly none, and how far the journal is read with them.
 *
 * @param position in the form of {@link io.orderflow.journal.JournalPosition#toString}
 */
record Batch(List<Row> events, String position) {}
