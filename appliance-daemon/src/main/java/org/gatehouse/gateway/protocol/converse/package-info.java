/**
 * Amazon Bedrock's {@code Converse} and {@code ConverseStream}, which only providers speak. In: bytes of that protocol,
 * streams in AWS's binary framing. Out: canonical values; for requests the other way round. Calls {@code canonical} and
 * {@code protocol} only.
 */
@NullMarked
package org.gatehouse.gateway.protocol.converse;

import org.jspecify.annotations.NullMarked;
