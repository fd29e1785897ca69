/**
 * OpenAI's {@code /v1/files} and {@code /v1/batches}. In: the web server's requests, let in by the gateway's own authentication.
 * Out: orders to {@link org.gatehouse.batch.Batches}, and answers in OpenAI's shapes. Calls {@code batch}, {@code gateway},
 * {@code listen}; {@code store} for what it says when it is busy.
 */
@NullMarked
package org.gatehouse.batch.http;

import org.jspecify.annotations.NullMarked;
