/**
 * Which of several targets a call should have. In: targets with their live figures, and the call's traits. Out: one, with
 * the reason where there is one to tell. Calls {@code routing.targets} and the snapshot.
 */
@NullMarked
package org.gatehouse.gateway.routing.strategy;

import org.jspecify.annotations.NullMarked;
