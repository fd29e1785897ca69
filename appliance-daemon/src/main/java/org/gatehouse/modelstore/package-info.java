/**
 * The model store as the box has it: opened when it is first needed, every change in the trail. In: wishes of admins, and who needs which
 * model. Out: models, imports, checks, figures. Calls {@code governance} and {@code audit} for the trail, {@code store} for its key.
 */
@NullMarked
package org.gatehouse.modelstore;

import org.jspecify.annotations.NullMarked;
