package org.gatehouse.governance;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a project is to be. Another department moves it there, keys and all. */
public record ProjectDraft(@About("The department it belongs to.") UUID departmentId,
        @About(value = "Unique in its department.", min = 1, max = 100) String name,
        @About(value = "Free text.", max = 1000, multiline = true) @Nullable String description) {

    /** A project with nothing but a name. */
    public static ProjectDraft named(UUID departmentId, String name) {
        return new ProjectDraft(departmentId, name, null);
    }
}
