/** Tests of Anthropic's protocol: what each line of the translation must do, and what holds for every stream. */
@NullMarked
package org.gatehouse.gateway.protocol.anthropic;

import org.jspecify.annotations.NullMarked;
