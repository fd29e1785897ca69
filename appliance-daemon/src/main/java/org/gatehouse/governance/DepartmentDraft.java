package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a department is to be. */
public record DepartmentDraft(@About(value = "Unique in the organisation.", min = 1, max = 100) String name,
        @About(value = "Free text.", max = 1000, multiline = true) @Nullable String description,
        @About(value = "Its share where departments wait for a local model's places: one of weight 3 gets three times as many tokens as one of weight 1.", fallback = "1", min = 1, max = Department.HEAVIEST) int weight) {

    /** A department that weighs as much as others. */
    public DepartmentDraft(String name, @Nullable String description) {
        this(name, description, 1);
    }

    /** A department with nothing but a name. */
    public static DepartmentDraft named(String name) {
        return new DepartmentDraft(name, null);
    }
}
