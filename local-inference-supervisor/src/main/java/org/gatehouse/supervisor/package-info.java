/**
 * Desired engine processes made true: start, watch, restart, stop. Comes in: {@link org.gatehouse.supervisor.Deployment}s.
 * Goes out: {@link org.gatehouse.supervisor.Instance} snapshots and their state changes. Knows nothing of gateways, keys or
 * tenants; may call {@code org.gatehouse.gpu} only.
 */
@NullMarked
package org.gatehouse.supervisor;

import org.jspecify.annotations.NullMarked;
