package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a project is to be. Another department moves it there, keys and all. */
public record ProjectDraft(@About("The department it belongs to.") UUID departmentId,
        @About(value = "Unique in its department.", min = 1, max = 100) String name,
        @About(value = "Free text.", max = 1000, multiline = true) @Nullable String description,
        @About(value = "The public models that its keys may use at most; [\"*\"] means every one.", fallback = "[\"*\"]", max = 1000) List<String> models) {

    /** A project whose keys may use every model. */
    public ProjectDraft(UUID departmentId, String name, @Nullable String description) {
        this(departmentId, name, description, KeyDraft.EVERYTHING);
    }

    /** Models are a set. */
    public ProjectDraft {
        models = models.stream().distinct().sorted().toList();
    }

    /** The same with these models. */
    ProjectDraft using(List<String> others) {
        return new ProjectDraft(departmentId, name, description, others);
    }

    /** A project with nothing but a name. */
    public static ProjectDraft named(UUID departmentId, String name) {
        return new ProjectDraft(departmentId, name, null);
    }
}
