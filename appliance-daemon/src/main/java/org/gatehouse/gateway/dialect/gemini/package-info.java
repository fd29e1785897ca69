/**
 * Google's dialect: reads its requests, shapes its errors. In: bytes, and the path's model with its method. Out: what
 * governance needs to know of them. Calls {@code exchange} and what {@code dialect.openai} shares.
 */
@NullMarked
package org.gatehouse.gateway.dialect.gemini;

import org.jspecify.annotations.NullMarked;
