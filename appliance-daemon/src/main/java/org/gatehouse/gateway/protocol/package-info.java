/**
 * The wire protocols in which a chat can be held: each reads and writes both directions, so that a client of one can talk
 * to a provider of another through {@code canonical}. One folder a protocol. In: bytes of one protocol. Out: canonical
 * values, and the other way round. Calls {@code canonical} only.
 */
@NullMarked
package org.gatehouse.gateway.protocol;

import org.jspecify.annotations.NullMarked;
