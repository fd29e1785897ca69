/**
 * Simulated commercial providers: they speak the real ones' surfaces, refuse what the real ones refuse, and fail on
 * demand, for the demo, the tests and the benchmarks. Comes in: HTTP/1.1 over TCP. Goes out: answers that say that they
 * are simulated, and a ledger of what was received and produced. Nothing on a production path may use it.
 */
@NullMarked
package org.gatehouse.simulated.providers;

import org.jspecify.annotations.NullMarked;
