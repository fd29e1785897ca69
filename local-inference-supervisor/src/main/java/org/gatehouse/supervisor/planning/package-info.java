/**
 * Says before anything starts whether a model fits on the box, where, and how much context it then has. Comes in: a local model
 * directory, a {@link org.gatehouse.supervisor.planning.Wish} and the {@link org.gatehouse.supervisor.planning.GpuCapacity} of each GPU. Goes
 * out: a {@link org.gatehouse.supervisor.planning.Plan}. Reads files, starts nothing, loads no weights; calls no other room.
 */
@NullMarked
package org.gatehouse.supervisor.planning;

import org.jspecify.annotations.NullMarked;
