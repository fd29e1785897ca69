/**
 * JMH benchmarks of the hot pieces of a call. Comes in: the daemon's own classes. Goes out: nanoseconds, and with
 * {@code -prof gc} bytes, an operation.
 */
@NullMarked
package org.gatehouse.bench;

import org.jspecify.annotations.NullMarked;
