package io.orderflow.kernel;

/** Marks messages, events and snapshots: Akka's Jackson serialiser writes them as CBOR. */
public interface CborSerializable {}
