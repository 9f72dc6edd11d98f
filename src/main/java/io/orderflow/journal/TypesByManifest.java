package io.orderflow.journal;

/** A serialiser that knows the class of an object by its manifest, without reading it. */
public interface TypesByManifest {

  /**
   * The class that objects with this manifest had when they were written; a migration may only change it to another one of the same aggregate's events.
   *
   * @throws IllegalArgumentException if there is none
   */
  Class<?> typeOf(String manifest);
}
