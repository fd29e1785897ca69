/**
 * Talks to running engines: sleep and wake, adapters, a real answer of one token, load. Comes in: where an engine listens. Goes out:
 * what it said, as values. May call {@code engines} and {@code planning}; keeps nothing, decides nothing.
 */
@NullMarked
package org.gatehouse.supervisor.control;

import org.jspecify.annotations.NullMarked;
