package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

/**
 * How rows of a noun belong to parts of a {@link Reach}: SQL conditions with the placeholder {@code :value} for the id of
 * the part. {@code null} where rows belong to no such part.
 *
 * @param department for a department's id
 * @param project for a project's id
 * @param person for a user's id
 */
record Belonging(@Nullable String department, @Nullable String project, @Nullable String person) {

    /** Rows that belong to nobody: no limited reach holds them. */
    static final Belonging TO_NOBODY = new Belonging(null, null, null);

    /** Rows of a table {@code t} that bind a node of the tenancy tree. */
    static final Belonging BY_SCOPE = new Belonging("""
            (t.scope_id = :value OR t.scope_id IN (SELECT x.id FROM project x WHERE x.department_id = :value)
                OR t.scope_id IN (SELECT y.id FROM api_key y JOIN project x ON x.id = y.project_id
                    WHERE x.department_id = :value))""", """
            (t.scope_id = :value OR t.scope_id IN (SELECT y.id FROM api_key y WHERE y.project_id = :value))""",
            "t.scope_id = :value");
}
