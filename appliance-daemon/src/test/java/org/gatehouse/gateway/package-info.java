/** The data plane, driven from outside. */
@NullMarked
package org.gatehouse.gateway;

import org.jspecify.annotations.NullMarked;
