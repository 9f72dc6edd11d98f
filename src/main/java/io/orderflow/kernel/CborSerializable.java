package io.orderflow.kernel;

/** Marks what crosses the wire or is stored: messages, events and snapshots, written as CBOR by Akka's Jackson serialiser. */
public interface CborSerializable {}
