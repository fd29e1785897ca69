/**
 * Google's {@code generateContent} and {@code streamGenerateContent}, as AI Studio and Vertex speak it. In: bytes of that
 * protocol. Out: canonical values, and the other way round. Calls {@code canonical} and {@code protocol} only.
 */
@NullMarked
package org.gatehouse.gateway.protocol.gemini;

import org.jspecify.annotations.NullMarked;
