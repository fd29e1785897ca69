/**
 * SQL, migrations, secrets at rest, backups. In: settings and a data directory. Out: one {@link org.gatehouse.store.Database}
 * that speaks the SQL subset of H2 and PostgreSQL, one {@link org.gatehouse.store.SecretBox}; the kind of thread that works beside both. Calls no
 * other room.
 */
@NullMarked
package org.gatehouse.store;

import org.jspecify.annotations.NullMarked;
