package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a department is to be. */
public record DepartmentDraft(@About(value = "Unique in the organisation.", min = 1, max = 100) String name,
        @About(value = "Free text.", max = 1000, multiline = true) @Nullable String description) {

    /** A department with nothing but a name. */
    public static DepartmentDraft named(String name) {
        return new DepartmentDraft(name, null);
    }
}
