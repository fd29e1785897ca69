/**
 * Canaries and comparisons. In: a split and a call's subject, and how calls of each arm went. Out: the arm, and which arm
 * does better. Calls {@code routing.sticky}, {@code routing.targets} and the snapshot.
 */
@NullMarked
package org.gatehouse.gateway.routing.split;

import org.jspecify.annotations.NullMarked;
