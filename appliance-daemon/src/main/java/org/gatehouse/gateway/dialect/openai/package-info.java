/**
 * OpenAI's dialect: reads its requests, shapes its errors. In: bytes. Out: what governance needs to know of them.
 * Calls {@code exchange} only.
 */
@NullMarked
package org.gatehouse.gateway.dialect.openai;

import org.jspecify.annotations.NullMarked;
