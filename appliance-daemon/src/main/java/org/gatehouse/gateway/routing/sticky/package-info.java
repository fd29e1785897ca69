/**
 * What keeps a conversation where its prompt is remembered. In: a session's name or the beginning of a prompt. Out: the
 * target it had, or has by its hash. Calls nothing but {@code canonical}.
 */
@NullMarked
package org.gatehouse.gateway.routing.sticky;

import org.jspecify.annotations.NullMarked;
