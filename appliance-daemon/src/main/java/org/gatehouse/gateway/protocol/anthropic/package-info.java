/**
 * Anthropic's Messages protocol, as its own client libraries, its service and vLLM speak it. In: requests, answers, events
 * and errors as bytes. Out: their canonical form, and the other way round. Calls {@code canonical} and {@code protocol} only.
 */
@NullMarked
package org.gatehouse.gateway.protocol.anthropic;

import org.jspecify.annotations.NullMarked;
