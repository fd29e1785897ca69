/**
 * OpenAI's files and batches, carried out on this box. In: files of JSON lines and orders to carry them out, from
 * {@code batch.http} and the admin API. Out: every row as a call of its own into {@link org.gatehouse.gateway.Pipeline}, on
 * behalf of the key that ordered it; results as files. Calls {@code gateway}, {@code store}, {@code governance}.
 */
@NullMarked
package org.gatehouse.batch;

import org.jspecify.annotations.NullMarked;
