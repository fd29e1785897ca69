package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Users: who keys belong to. */
final class UserRows implements Rows<User, UserDraft> {
    private static final String SELECT = """
            SELECT u.id, u.name, u.email, u.created_at, u.updated_at, u.version FROM app_user u
            """;

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
        return List.of(new Filter("name", String.class, "Only the one of that name.", "u.name = :value"));
    }

    @Override
    public String idColumn() {
        return "u.id";
    }

    @Override
    public List<User> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "u.id")
                .map((row, _) -> new User(Columns.id(row, "id"), Columns.text(row, "name"), row.getString("email"),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public UserDraft draft(User stored) {
        return stored.draft();
    }

    @Override
    public User insert(ChangeSet changes, UserDraft draft) {
        UUID id = changes.newId();
        bind(changes, id, check(changes, id, draft), 1, changes.handle().createUpdate("""
                INSERT INTO app_user (id, name, email, created_at, updated_at, version)
                VALUES (:id, :name, :email, :now, :now, :version)
                """)).execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public User replace(ChangeSet changes, User stored, UserDraft draft) {
        UserDraft checked = check(changes, stored.id(), draft);
        bind(changes, stored.id(), checked, stored.version() + 1, changes.handle().createUpdate("""
                UPDATE app_user SET name = :name, email = :email, updated_at = :now, version = :version WHERE id = :id
                """)).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
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

    private static UserDraft check(ChangeSet changes, UUID id, UserDraft draft) {
        Checks checks = new Checks();
        String name = checks.name("name", draft.name());
        checks.refuse();
        Checks.free(changes.handle(), "There is already a user named " + name + ". Choose another name.",
                "SELECT 1 FROM app_user WHERE name = ? AND id <> ?", name, id);
        return new UserDraft(name, draft.email());
    }

    private static Update bind(ChangeSet changes, UUID id, UserDraft draft, long version, Update update) {
        return update.bind("id", id).bind("name", draft.name()).bind("email", draft.email())
                .bind("now", changes.timestamp()).bind("version", version);
    }
}
