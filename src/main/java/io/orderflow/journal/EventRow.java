package io.orderflow.journal;

import akka.persistence.PersistentRepr;
import akka.serialization.Serialization;
import akka.serialization.Serializer;
import akka.serialization.Serializers;

/** Holds an event as a row of the journal's table, without the columns that are the same for all events. */
record EventRow(String persistenceId, long sequence, String writer, long timestamp, String manifest, int serializer, String type,
    byte[] payload) {

  /** Serialises an event. Throws whatever its serialiser throws, checked exceptions included. */
  static EventRow of(PersistentRepr event, Serialization serialization) {
    Object payload = event.payload();
    Serializer serializer = serialization.findSerializerFor(payload);
    return new EventRow(event.persistenceId(), event.sequenceNr(), event.writerUuid(), event.timestamp(), event.manifest(),
        serializer.identifier(), Serializers.manifestFor(serializer, payload), serialization.serialize(payload).get());
  }

  /** The event's weight in a batch. A long event counts as several, so that a batch holds a few megabytes at most. */
  int weight() {
    return 1 + payload.length / 8_192;
  }
}
