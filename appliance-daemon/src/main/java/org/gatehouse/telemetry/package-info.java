/**
 * What the box says of itself to machines: metrics now, traces and alerts later. In: call records and numbers to read.
 * Out: Prometheus text. Calls {@code audit} for the record type only.
 */
@NullMarked
package org.gatehouse.telemetry;

import org.jspecify.annotations.NullMarked;
