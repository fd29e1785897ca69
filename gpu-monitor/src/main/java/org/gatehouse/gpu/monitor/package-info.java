/**
 * The clockwork: {@link org.gatehouse.gpu.monitor.GpuMonitor} chooses sources, samples them each second, keeps a short history and turns
 * what it sees into health events. Comes in: source candidates and a clock; goes out: snapshots, events, minutes. May call every other
 * room of this module.
 */
@NullMarked
package org.gatehouse.gpu.monitor;

import org.jspecify.annotations.NullMarked;
