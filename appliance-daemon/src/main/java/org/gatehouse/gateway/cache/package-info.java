/**
 * Answers that are given again to the very same question of the same tenant. In: a permitted call
 * ({@link org.gatehouse.gateway.cache.ExactCache#lookup}), and later the whole answer that it got. Out: a kept answer in the
 * words of the client's dialect. Calls {@code exchange}, {@code canonical}, {@code protocol} and {@code relay}.
 */
@NullMarked
package org.gatehouse.gateway.cache;

import org.jspecify.annotations.NullMarked;
