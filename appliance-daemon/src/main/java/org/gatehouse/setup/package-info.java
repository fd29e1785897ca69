/**
 * The set-up of a new box: who may do it, which steps there are, how far it is. In: claims with the code that the box's
 * console shows, answers to steps. Out: what each step found wrong, or made through the rooms that own it. Calls
 * {@code governance}, {@code identity}, {@code engines}, {@code modelstore}, {@code machine}, {@code listen} (the
 * certificate) and {@code store}; who can call providers and the gateway is handed in by the daemon.
 */
@NullMarked
package org.gatehouse.setup;

import org.jspecify.annotations.NullMarked;
