/**
 * Set-up without a person. In: an answers file and a box. Out: a finished box, lines about each check, and an exit status; also the file's
 * template. Calls {@code question} and {@code box}.
 */
@NullMarked
package org.gatehouse.setup.wizard.answers;

import org.jspecify.annotations.NullMarked;
