/**
 * One call in flight and what its stages say of it. In: what arrived. Out: nothing; the stages of the other gateway
 * rooms read and fill the {@link org.gatehouse.gateway.exchange.Exchange}. Calls no other gateway room.
 */
@NullMarked
package org.gatehouse.gateway.exchange;

import org.jspecify.annotations.NullMarked;
