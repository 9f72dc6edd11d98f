package io.orderflow.journal;

import akka.persistence.PersistentRepr;
import akka.serialization.Serialization;
import akka.serialization.Serializer;
import akka.serialization.Serializers;

/** An event as the journal's table has it: the columns that are not the same for all. */
record EventRow(String persistenceId, long sequence, String writer, long timestamp, String manifest, int serializer, String type,
    byte[] payload) {

  /** Throws what its serialiser throws when it can't be serialised, checked exceptions too. */
  static EventRow of(PersistentRepr event, Serialization serialization) {
    Object payload = event.payload();
    Serializer serializer = serialization.findSerializerFor(payload);
    return new EventRow(event.persistenceId(), event.sequenceNr(), event.writerUuid(), event.timestamp(), event.manifest(),
        serializer.identifier(), Serializers.manifestFor(serializer, payload), serialization.serialize(payload).get());
  }

  /** What it counts for in a batch: a long one for several, so that a batch is of a few megabytes at most. */
  int weight() {
    return 1 + payload.length / 8_192;
  }
}
