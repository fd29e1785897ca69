/**
 * What a call uses, counted: tokens, seconds, pictures, money. In: requests, replies, prices. Out: usage and cost.
 * Calls {@code exchange} only.
 */
@NullMarked
package org.gatehouse.gateway.metering;

import org.jspecify.annotations.NullMarked;
