/**
 * JSON as the protocols want it: numbers as they were written, strings of any length. In: bytes and text. Out: trees, and
 * the other way round. Calls nothing.
 */
@NullMarked
package org.gatehouse.gateway.protocol.json;

import org.jspecify.annotations.NullMarked;
