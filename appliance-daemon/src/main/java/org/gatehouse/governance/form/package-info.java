/**
 * Records as JSON forms: one reflection over a record's components serves the strict reader, the writer and the JSON
 * schema, so the three can't disagree. In: records annotated with {@link org.gatehouse.governance.form.About}. Out: JSON
 * trees, field errors, schemas. Depends on nothing of ours.
 */
@NullMarked
package org.gatehouse.governance.form;

import org.jspecify.annotations.NullMarked;
