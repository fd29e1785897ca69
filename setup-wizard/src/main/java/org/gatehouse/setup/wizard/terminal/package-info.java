/**
 * Set-up with a person at a terminal, a serial console included. In: keys. Out: screens of at most 80 by 24, and calls to the box. Calls
 * {@code question} and {@code box}.
 */
@NullMarked
package org.gatehouse.setup.wizard.terminal;

import org.jspecify.annotations.NullMarked;
