package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A project of a department; keys belong to projects. */
public record Project(@About("UUIDv7.") UUID id, @About("The department it belongs to.") UUID departmentId,
        @About("That department's name.") String department, @About("Unique in its department.") String name,
        @About("Free text.") @Nullable String description,
        @About("The public models that its keys may use at most; [\"*\"] means every one.") List<String> models,
        @About("When it was made.") Instant createdAt,
        @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Copies the models. */
    public Project {
        models = List.copyOf(models);
    }

    @Override
    public String title() {
        return department + "/" + name;
    }

    /** Whether keys of it may use a model, as far as the project goes. */
    public boolean allows(String model) {
        return models.equals(KeyDraft.EVERYTHING) || models.contains(model);
    }

    Project withModels(List<String> named) {
        return new Project(id, departmentId, department, name, description, named, createdAt, updatedAt, version);
    }

    ProjectDraft draft() {
        return new ProjectDraft(departmentId, name, description, models);
    }
}
