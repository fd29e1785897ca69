/**
 * Where calls are written down: while they are in flight, so that a killed daemon finds them again, and when they have
 * ended. In: exchanges and rows. Out: the trail. Calls {@code exchange} and {@code audit}.
 */
@NullMarked
package org.gatehouse.gateway.recording;

import org.jspecify.annotations.NullMarked;
