/**
 * Amazon Bedrock's runtime, by its Converse API. In: an upstream and a key. Out: paths and signed headers. The signature is
 * made by Amazon's own library; nothing outside of this folder knows it.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider.bedrock;

import org.jspecify.annotations.NullMarked;
