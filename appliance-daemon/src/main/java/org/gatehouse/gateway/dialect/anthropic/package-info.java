/**
 * Anthropic's dialect: reads its requests, shapes its errors. In: bytes. Out: what governance needs to know of them.
 * Calls {@code exchange} and the JSON reader of the dialect beside it.
 */
@NullMarked
package org.gatehouse.gateway.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
