/**
 * A load generator that knows server-sent events, and the instruments around it. Comes in: a URL, a body, a rate or a
 * number of connections. Goes out: one JSON line with what was measured, and the same as a table for people.
 */
@NullMarked
package org.gatehouse.bench.load;

import org.jspecify.annotations.NullMarked;
