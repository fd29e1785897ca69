/**
 * What stands on the box's own screen and serial line: that it starts, how to set it up, how it does, and a menu for whoever signed in. Never a
 * shell. In: keys, what the box tells of itself. Out: screens, and calls to the box. Calls {@code terminal}, {@code question} and {@code box}.
 */
@NullMarked
package org.gatehouse.setup.wizard.console;

import org.jspecify.annotations.NullMarked;
