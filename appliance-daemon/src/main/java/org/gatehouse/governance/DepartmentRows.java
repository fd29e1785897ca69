package org.gatehouse.governance;

import java.util.List;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Departments: the level below the organisation. */
final class DepartmentRows implements Rows<Department, DepartmentDraft> {
    private static final String SELECT = """
            SELECT d.id, d.name, d.description, d.weight, d.created_at, d.updated_at, d.version FROM department d
            """;

    private final Nouns nouns;

    DepartmentRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "departments";
    }

    @Override
    public String one() {
        return "department";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("d.name"));
    }

    @Override
    public Belonging belonging() {
        return new Belonging("d.id = :value", "d.id IN (SELECT x.department_id FROM project x WHERE x.id = :value)",
                null);
    }

    @Override
    public String idColumn() {
        return "d.id";
    }

    @Override
    public List<Department> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "d.id")
                .map((row, _) -> new Department(Columns.id(row, "id"), Columns.text(row, "name"),
                        row.getString("description"), row.getInt("weight"), Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public DepartmentDraft draft(Department stored) {
        return stored.draft();
    }

    @Override
    public Department insert(ChangeSet changes, DepartmentDraft draft) {
        Department made = check(changes, new Department(changes.newId(), draft.name(), draft.description(),
                draft.weight(), changes.now(), changes.now(), 1));
        bind(changes, made, changes.handle().createUpdate("""
                INSERT INTO department (id, name, description, weight, created_at, updated_at, version)
                VALUES (:id, :name, :description, :weight, :now, :now, :version)
                """)).execute();
        return changes.created(noun(), made);
    }

    @Override
    public Department replace(ChangeSet changes, Department stored, DepartmentDraft draft) {
        Department made = check(changes, new Department(stored.id(), draft.name(), draft.description(),
                draft.weight(), stored.createdAt(), changes.now(), stored.version() + 1));
        bind(changes, made, changes.handle().createUpdate("""
                UPDATE department SET name = :name, description = :description, weight = :weight, updated_at = :now,
                    version = :version
                WHERE id = :id
                """)).execute();
        return changes.changed(noun(), "update", stored, made);
    }

    @Override
    public void remove(ChangeSet changes, Department stored, boolean cascade) {
        List<Project> projects = nouns.projects().read(changes.handle(),
                Selection.of("p.department_id = :value", stored.id()));
        if (!projects.isEmpty() && !cascade) {
            throw RefusedException.conflict("The department " + stored.name() + " still has " + projects.size()
                    + " project(s), the first is " + projects.getFirst().name()
                    + ". Delete or move them first, or delete all of it with ?cascade=true.");
        }
        projects.forEach(project -> nouns.projects().remove(changes, project, true));
        Scopes.removeAt(changes, stored.id(), nouns);
        changes.handle().createUpdate("DELETE FROM department WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private static Department check(ChangeSet changes, Department made) {
        Checks checks = new Checks();
        String name = checks.name("name", made.name());
        // Drafts from Java have not been through the form.
        checks.require(made.weight() >= 1 && made.weight() <= Department.HEAVIEST, "weight",
                "must be 1 to " + Department.HEAVIEST);
        checks.refuse();
        Checks.free(changes.handle(), "There is already a department named " + name + ". Choose another name.",
                "SELECT 1 FROM department WHERE name = ? AND id <> ?", name, made.id());
        return new Department(made.id(), name, made.description(), made.weight(), made.createdAt(), made.updatedAt(),
                made.version());
    }

    private static Update bind(ChangeSet changes, Department made, Update update) {
        return update.bind("id", made.id()).bind("name", made.name()).bind("description", made.description())
                .bind("weight", made.weight()).bind("now", changes.timestamp()).bind("version", made.version());
    }
}
