/** The daemon and its command line, run as programs. */
@NullMarked
package org.gatehouse.daemon;

import org.jspecify.annotations.NullMarked;
