/** Tests of all protocols against each other: what every line of the translation becomes, in files. */
@NullMarked
package org.gatehouse.gateway.protocol;

import org.jspecify.annotations.NullMarked;
