/** A simulated inference engine with vLLM's HTTP surface: a program of its own, for the demo and the tests only. */
@NullMarked
package org.gatehouse.simulated;

import org.jspecify.annotations.NullMarked;
