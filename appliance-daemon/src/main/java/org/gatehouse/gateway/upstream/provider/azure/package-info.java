/**
 * Azure OpenAI: OpenAI's models at Microsoft. In: an upstream and a key. Out: paths and headers.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider.azure;

import org.jspecify.annotations.NullMarked;
