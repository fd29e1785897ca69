package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** Users: who keys belong to, and who may sign in. */
final class UserRows implements Rows<User, UserDraft> {
    private static final String SELECT = """
            SELECT u.id, u.name, u.email, u.active, u.roles, b.user_id AS break_glass, u.created_at, u.updated_at,
                u.version
            FROM app_user u LEFT JOIN break_glass b ON b.user_id = u.id
            """;
    private static final String DEPARTMENTS = "app_user_department";
    private static final String PROJECTS = "app_user_project";

    private final Nouns nouns;

    UserRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "users";
    }

    @Override
    public String one() {
        return "user";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("u.name"),
                new Filter("department", UUID.class, "Only those who lead that department.",
                        "u.id IN (SELECT x.user_id FROM app_user_department x WHERE x.department_id = :value)"),
                new Filter("project", UUID.class, "Only those who develop in that project.",
                        "u.id IN (SELECT x.user_id FROM app_user_project x WHERE x.project_id = :value)"));
    }

    @Override
    public Belonging belonging() {
        return new Belonging("""
                (u.id IN (SELECT x.user_id FROM app_user_department x WHERE x.department_id = :value) OR u.id IN (
                    SELECT y.user_id FROM app_user_project y JOIN project p ON p.id = y.project_id
                    WHERE p.department_id = :value))""", null, "u.id = :value");
    }

    @Override
    public String idColumn() {
        return "u.id";
    }

    @Override
    public List<User> read(Handle handle, Selection selection) {
        List<User> bare = selection.query(handle, SELECT, "u.id").map((row, _) -> user(row)).list();
        if (bare.isEmpty()) {
            return bare;
        }
        Map<UUID, TreeSet<UUID>> departments = links(handle, DEPARTMENTS, "department_id", bare);
        Map<UUID, TreeSet<UUID>> projects = links(handle, PROJECTS, "project_id", bare);
        return bare.stream().map(user -> new User(user.id(), user.name(), user.email(), user.active(), user.roles(),
                List.copyOf(departments.getOrDefault(user.id(), new TreeSet<>())),
                List.copyOf(projects.getOrDefault(user.id(), new TreeSet<>())), user.breakGlass(), user.createdAt(),
                user.updatedAt(), user.version())).toList();
    }

    private static User user(ResultSet row) throws SQLException {
        return new User(Columns.id(row, "id"), Columns.text(row, "name"), row.getString("email"),
                row.getBoolean("active"), Columns.words(row, "roles").stream()
                        .map(word -> Role.valueOf(word.toUpperCase(Locale.ROOT))).toList(),
                List.of(), List.of(), Columns.idOrNull(row, "break_glass") != null, Columns.time(row, "created_at"),
                Columns.time(row, "updated_at"), row.getLong("version"));
    }

    private static Map<UUID, TreeSet<UUID>> links(Handle handle, String table, String column, List<User> users) {
        Map<UUID, TreeSet<UUID>> links = new HashMap<>();
        // In pieces: PostgreSQL takes at most 65,535 bound values in a statement.
        for (int i = 0; i < users.size(); i += 10_000) {
            handle.createQuery("SELECT user_id, " + column + " FROM " + table + " WHERE user_id IN (<users>)")
                    .bindList("users",
                            users.subList(i, Math.min(i + 10_000, users.size())).stream().map(User::id).toList())
                    .map((row, _) -> links.computeIfAbsent(Columns.id(row, "user_id"), _ -> new TreeSet<>())
                            .add(Columns.id(row, column)))
                    .list();
        }
        return links;
    }

    @Override
    public UserDraft draft(User stored) {
        return stored.draft();
    }

    @Override
    public User insert(ChangeSet changes, UserDraft draft) {
        UUID id = changes.newId();
        UserDraft checked = check(changes, id, draft);
        bind(changes, id, checked, 1, changes.handle().createUpdate("""
                INSERT INTO app_user (id, name, email, active, roles, created_at, updated_at, version)
                VALUES (:id, :name, :email, :active, :roles, :now, :now, :version)
                """)).execute();
        link(changes, id, checked);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public User replace(ChangeSet changes, User stored, UserDraft draft) {
        UserDraft checked = check(changes, stored.id(), draft);
        bind(changes, stored.id(), checked, stored.version() + 1, changes.handle().createUpdate("""
                UPDATE app_user SET name = :name, email = :email, active = :active, roles = :roles, updated_at = :now,
                    version = :version
                WHERE id = :id
                """)).execute();
        for (String table : List.of(DEPARTMENTS, PROJECTS)) {
            changes.handle().createUpdate("DELETE FROM " + table + " WHERE user_id = :id").bind("id", stored.id())
                    .execute();
        }
        link(changes, stored.id(), checked);
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    private static void link(ChangeSet changes, UUID user, UserDraft draft) {
        insert(changes, DEPARTMENTS, "department_id", user, draft.departments());
        insert(changes, PROJECTS, "project_id", user, draft.projects());
    }

    private static void insert(ChangeSet changes, String table, String column, UUID user, List<UUID> ids) {
        if (ids.isEmpty()) {
            return;
        }
        PreparedBatch batch = changes.handle()
                .prepareBatch("INSERT INTO " + table + " (user_id, " + column + ") VALUES (:user, :id)");
        ids.forEach(id -> batch.bind("user", user).bind("id", id).add());
        batch.execute();
    }

    @Override
    public void remove(ChangeSet changes, User stored, boolean cascade) {
        List<Key> keys = nouns.keys().read(changes.handle(), Selection.of("k.owner_id = :value", stored.id()));
        if (!keys.isEmpty()) {
            throw RefusedException.conflict("The user " + stored.name() + " still owns " + keys.size()
                    + " key(s), the first is " + keys.getFirst().title() + ". Give them another owner first.");
        }
        Scopes.removeAt(changes, stored.id(), nouns);
        changes.handle().createUpdate("DELETE FROM app_user WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private UserDraft check(ChangeSet changes, UUID id, UserDraft draft) {
        Checks checks = new Checks();
        String name = checks.name("name", draft.name());
        checks.refuse();
        Checks.free(changes.handle(), "There is already a user named " + name + ". Choose another name.",
                "SELECT 1 FROM app_user WHERE name = ? AND id <> ?", name, id);
        List<UUID> departments = List.copyOf(new LinkedHashSet<>(draft.departments()));
        for (int i = 0; i < departments.size(); i++) {
            nouns.departments().refer(changes.handle(), "departments[" + i + "]", departments.get(i));
        }
        List<UUID> projects = List.copyOf(new LinkedHashSet<>(draft.projects()));
        for (int i = 0; i < projects.size(); i++) {
            nouns.projects().refer(changes.handle(), "projects[" + i + "]", projects.get(i));
        }
        return new UserDraft(name, draft.email(), draft.active(), draft.roles().stream().distinct().sorted().toList(),
                departments, projects);
    }

    private static Update bind(ChangeSet changes, UUID id, UserDraft draft, long version, Update update) {
        return update.bind("id", id).bind("name", draft.name()).bind("email", draft.email())
                .bind("active", draft.active())
                .bind("roles", Columns.words(draft.roles().stream().map(role -> role.name().toLowerCase(Locale.ROOT))
                        .toList()))
                .bind("now", changes.timestamp()).bind("version", version);
    }
}
