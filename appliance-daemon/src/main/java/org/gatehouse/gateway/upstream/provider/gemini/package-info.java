/**
 * Google: AI Studio and Vertex AI. In: an upstream and a key. Out: paths and headers.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider.gemini;

import org.jspecify.annotations.NullMarked;
