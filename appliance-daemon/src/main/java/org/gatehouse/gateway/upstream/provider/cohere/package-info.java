/**
 * Cohere: chat by its compatible API, its own rerank and embeddings. In: an upstream and a key. Out: paths and headers.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider.cohere;

import org.jspecify.annotations.NullMarked;
