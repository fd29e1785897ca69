/** Where backups are brought. */
@NullMarked
package org.gatehouse.safekeeping;

import org.jspecify.annotations.NullMarked;
