@NullMarked
package org.gatehouse.gateway.protocol.gemini;

import org.jspecify.annotations.NullMarked;
