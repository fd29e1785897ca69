package org.gatehouse.governance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Projects: the level below departments. */
final class ProjectRows implements Rows<Project, ProjectDraft> {
    private static final String SELECT = """
            SELECT p.id, p.department_id, d.name AS department, p.name, p.description, p.all_models, p.created_at, p.updated_at,
                p.version
            FROM project p JOIN department d ON d.id = p.department_id
            """;

    private final Nouns nouns;

    ProjectRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "projects";
    }

    @Override
    public String one() {
        return "project";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("name", String.class, "Only those of that name.", "p.name = :value"),
                new Filter("department", UUID.class, "Only those of that department.", "p.department_id = :value"));
    }

    @Override
    public Belonging belonging() {
        return new Belonging("p.department_id = :value", "p.id = :value", null);
    }

    @Override
    public String idColumn() {
        return "p.id";
    }

    @Override
    public List<Project> read(Handle handle, Selection selection) {
        List<Project> unbound = selection.query(handle, SELECT, "p.id")
                .map((row, _) -> new Project(Columns.id(row, "id"), Columns.id(row, "department_id"),
                        Columns.text(row, "department"), Columns.text(row, "name"), row.getString("description"),
                        row.getBoolean("all_models") ? KeyDraft.EVERYTHING : List.of(),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
        if (unbound.stream().noneMatch(project -> project.models().isEmpty())) {
            return unbound;
        }
        Map<UUID, Set<String>> models = models(handle);
        return unbound.stream().map(project -> project.models().isEmpty()
                ? project.withModels(models.getOrDefault(project.id(), Set.of()).stream().toList())
                : project).toList();
    }

    /** The models of every project that may not use all of them, sorted. */
    static Map<UUID, Set<String>> models(Handle handle) {
        Map<UUID, Set<String>> models = new HashMap<>();
        handle.createQuery("SELECT project_id, model FROM project_model").setFetchSize(1_000)
                .map((row, _) -> models.computeIfAbsent(Columns.id(row, "project_id"), _ -> new TreeSet<>())
                        .add(Columns.text(row, "model")))
                .list();
        return models;
    }

    /** A model has another name now: whoever may use it still may. */
    static void renamed(Handle handle, String before, String after) {
        handle.createUpdate("UPDATE project_model SET model = :after WHERE model = :before").bind("before", before)
                .bind("after", after).execute();
    }

    /** A model is gone. */
    static void gone(Handle handle, String model) {
        handle.createUpdate("DELETE FROM project_model WHERE model = :model").bind("model", model).execute();
    }

    @Override
    public ProjectDraft draft(Project stored) {
        return stored.draft();
    }

    @Override
    public Project insert(ChangeSet changes, ProjectDraft draft) {
        UUID id = changes.newId();
        ProjectDraft checked = check(changes, id, draft);
        bind(changes, id, checked, 1, changes.handle().createUpdate("""
                INSERT INTO project (id, department_id, name, description, all_models, created_at, updated_at, version)
                VALUES (:id, :department, :name, :description, :allModels, :now, :now, :version)
                """)).execute();
        bindModels(changes, id, checked);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public Project replace(ChangeSet changes, Project stored, ProjectDraft draft) {
        ProjectDraft checked = check(changes, stored.id(), draft);
        bind(changes, stored.id(), checked, stored.version() + 1, changes.handle().createUpdate("""
                UPDATE project SET department_id = :department, name = :name, description = :description,
                    all_models = :allModels, updated_at = :now, version = :version
                WHERE id = :id
                """)).execute();
        changes.handle().createUpdate("DELETE FROM project_model WHERE project_id = :id").bind("id", stored.id())
                .execute();
        bindModels(changes, stored.id(), checked);
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Project stored, boolean cascade) {
        List<Key> keys = nouns.keys().read(changes.handle(), Selection.of("k.project_id = :value", stored.id()));
        List<Key> live = keys.stream().filter(Key::live).toList();
        if (!live.isEmpty() && !cascade) {
            throw RefusedException.conflict("The project " + stored.title() + " still has " + live.size()
                    + " key(s), the first is " + live.getFirst().name()
                    + ". Revoke or move them first, or delete all of it with ?cascade=true.");
        }
        keys.forEach(key -> nouns.keys().remove(changes, key, true));
        Scopes.removeAt(changes, stored.id(), nouns);
        changes.handle().createUpdate("DELETE FROM project WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private ProjectDraft check(ChangeSet changes, UUID id, ProjectDraft draft) {
        Checks checks = new Checks();
        String name = checks.name("name", draft.name());
        checks.refuse();
        Department department = nouns.departments().refer(changes.handle(), "departmentId", draft.departmentId());
        Checks.free(changes.handle(),
                "The department " + department.name() + " already has a project named " + name
                        + ". Choose another name.",
                "SELECT 1 FROM project WHERE department_id = ? AND name = ? AND id <> ?", department.id(), name, id);
        return new ProjectDraft(department.id(), name, draft.description(), draft.models());
    }

    /** Whether there are such models is judged at the end: a document may make them after the project. */
    private static void bindModels(ChangeSet changes, UUID id, ProjectDraft draft) {
        if (draft.models().equals(KeyDraft.EVERYTHING)) {
            return;
        }
        for (String model : draft.models()) {
            changes.handle().createUpdate("INSERT INTO project_model (project_id, model) VALUES (:id, :model)")
                    .bind("id", id).bind("model", model).execute();
            changes.judgeAtTheEnd("projects", model, named -> requireModels(changes.handle(), named));
        }
    }

    private static void requireModels(Handle handle, Set<String> named) {
        for (String name : named) {
            if (Checks.count(handle, "SELECT COUNT(*) FROM model WHERE name = :value", name) == 0) {
                throw RefusedException.invalid("models",
                        "names no public model: " + name + "; or a single * for everything");
            }
        }
    }

    private static Update bind(ChangeSet changes, UUID id, ProjectDraft draft, long version, Update update) {
        return update.bind("id", id).bind("department", draft.departmentId()).bind("name", draft.name())
                .bind("description", draft.description()).bind("allModels", draft.models().equals(KeyDraft.EVERYTHING))
                .bind("now", changes.timestamp()).bind("version", version);
    }
}
