/**
 * The set-up of a new box from a command line. In: {@code gatehouse setup} and its options. Out: a terminal wizard or an unattended run, and an
 * exit status. Calls its own rooms below; talks to the daemon over HTTP only and imports nothing of it.
 */
@NullMarked
package org.gatehouse.setup.wizard;

import org.jspecify.annotations.NullMarked;
