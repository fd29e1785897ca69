/**
 * What is known of a target and of a call that is to go to one. In: terms, and what becomes of calls. Out: live figures.
 * Calls {@code routing.health}, {@code canonical} and the snapshot.
 */
@NullMarked
package org.gatehouse.gateway.routing.targets;

import org.jspecify.annotations.NullMarked;
