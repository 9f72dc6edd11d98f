package io.orderflow.projection;

import akka.projection.ProjectionId;

/** One slice of one generation of a view: what has a position in the journal. */
record SliceId(String view, long generation, int slice) {

  /** Into how many slices the entities are divided. Part of what is stored: with another number, views must be rebuilt. */
  static final int SLICES = 2;

  /** The slice of all events of that entity. */
  static int of(String persistenceId) {
    return Math.floorMod(persistenceId.hashCode(), SLICES);
  }

  /** How the offset store knows it. */
  ProjectionId projection() {
    return ProjectionId.of(projectionName(view, generation), Integer.toString(slice));
  }

  static String projectionName(String view, long generation) {
    return view + "-" + generation;
  }

  @Override
  public String toString() {
    return "view " + view + ", generation " + generation + ", slice " + slice;
  }
}
