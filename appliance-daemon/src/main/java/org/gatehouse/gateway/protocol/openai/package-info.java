/**
 * OpenAI's two chat protocols, {@code /v1/chat/completions} and {@code /v1/responses}, and what compatible servers do
 * differently ({@link org.gatehouse.gateway.protocol.openai.ChatFlavour}). In: bytes of one of them. Out: canonical values,
 * and the other way round. Calls {@code protocol} and {@code canonical} only.
 */
@NullMarked
package org.gatehouse.gateway.protocol.openai;

import org.jspecify.annotations.NullMarked;
