/**
 * A simulated inference engine: a program of its own that speaks vLLM's (or a commercial vendor's) HTTP surface without
 * a model and without a GPU, for the demo, the tests and the benchmarks. Comes in: HTTP/1.1 over TCP or a unix socket.
 * Goes out: replies that say that they are simulated, faults on demand, and a ledger of what was asked and produced.
 */
@NullMarked
package org.gatehouse.simulated;

import org.jspecify.annotations.NullMarked;
