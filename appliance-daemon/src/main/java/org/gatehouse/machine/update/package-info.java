/**
 * Updates as the daemon sees them: a bundle comes in (sent in parts, fetched from an address, or lying on a stick), is
 * checked, and is installed into the other slot by the agent, which alone may do that. In: bytes and requests. Out: how far
 * it is, and what became of it. Knows no HTTP; who fetches is handed in.
 */
@NullMarked
package org.gatehouse.machine.update;

import org.jspecify.annotations.NullMarked;
