/**
 * Desired model deployments made true as engine instances. Comes in: {@link ModelDeployment}s, what the GPUs hold
 * ({@link GpuView}), demand ({@link Demand}). Goes out: instances started and stopped, {@link Lease}s on ready ones,
 * {@link FleetEvent}s and {@link FleetView}s. May call {@code planning}, {@code engines}, {@code models}, {@code control} and the
 * supervisor itself; knows nothing of gateways, keys or tenants.
 *
 * <p>How to read it: {@link Fleet} is the door and the one thread; {@link Reconciler} holds what that thread owns and goes through it
 * step by step; a {@link Replica} is one engine's place in it; {@link GpuLedger} knows who was promised what.
 */
@NullMarked
package org.gatehouse.supervisor.fleet;

import org.jspecify.annotations.NullMarked;
