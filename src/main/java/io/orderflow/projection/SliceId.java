package io.orderflow.projection;

import akka.projection.ProjectionId;

/** Identifies one slice of one generation of a projection. Each has its own position in the journal. */
record SliceId(String view, long generation, int slice) {

  /** The number of slices. It is part of the stored data: after a change, projections must be rebuilt. */
  static final int SLICES = 2;

  /** The slice of an entity's events. */
  static int of(String persistenceId) {
    return Math.floorMod(persistenceId.hashCode(), SLICES);
  }

  /** Its id in the offset store. */
  ProjectionId projection() {
    return ProjectionId.of(projectionName(view, generation), Integer.toString(slice));
  }

  static String projectionName(String view, long generation) {
    return view + "-" + generation;
  }

  @Override
  public String toString() {
    return "projection " + view + ", generation " + generation + ", slice " + slice;
  }
}
