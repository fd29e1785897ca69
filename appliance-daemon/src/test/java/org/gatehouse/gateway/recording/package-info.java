/** Tests of how calls are written down. */
@NullMarked
package org.gatehouse.gateway.recording;

import org.jspecify.annotations.NullMarked;
