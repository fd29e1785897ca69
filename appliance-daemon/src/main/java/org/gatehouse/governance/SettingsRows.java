package org.gatehouse.governance;

import java.util.Currency;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The one organisation and what holds for all of it. */
final class SettingsRows implements Rows<Settings, SettingsDraft> {
    private static final String SELECT = """
            SELECT o.id, o.name, o.currency, o.audit_retention_days, o.rotation_overlap_hours, o.created_at, o.updated_at, o.version
            FROM organisation o
            """;

    /** The accounting currency. */
    static String currency(Handle handle) {
        return handle.createQuery("SELECT currency FROM organisation").mapTo(String.class).one();
    }

    /** The settings, which are always there after the first start. */
    Settings only(Handle handle) {
        return read(handle, Selection.all()).getFirst();
    }

    @Override
    public String noun() {
        return "settings";
    }

    @Override
    public String one() {
        return "settings";
    }

    @Override
    public List<Filter> filters() {
        return List.of();
    }

    @Override
    public String idColumn() {
        return "o.id";
    }

    @Override
    public List<Settings> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "o.id")
                .map((row, _) -> new Settings(Columns.id(row, "id"), Columns.text(row, "name"),
                        Columns.text(row, "currency"), row.getInt("audit_retention_days"),
                        row.getInt("rotation_overlap_hours"), Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public SettingsDraft draft(Settings stored) {
        return stored.draft();
    }

    @Override
    public Settings insert(ChangeSet changes, SettingsDraft draft) {
        UUID id = changes.newId();
        bind(changes, id, check(draft),
                changes.handle().createUpdate(
                        """
                                INSERT INTO organisation (id, name, currency, audit_retention_days, rotation_overlap_hours, created_at, updated_at, version)
                                VALUES (:id, :name, :currency, :audit, :overlap, :now, :now, 1)
                                """))
                .execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public Settings replace(ChangeSet changes, Settings stored, SettingsDraft draft) {
        SettingsDraft checked = check(draft);
        if (!checked.currency().equals(stored.currency())) {
            long prices = changes.handle().createQuery("SELECT COUNT(*) FROM price").mapTo(Long.class).one();
            long budgets = changes.handle().createQuery("SELECT COUNT(*) FROM budget").mapTo(Long.class).one();
            if (prices + budgets > 0) {
                throw RefusedException.conflict("The accounting currency can't change from " + stored.currency()
                        + " while there are " + prices + " price(s) and " + budgets + " budget(s) in it."
                        + " Delete them first.");
            }
        }
        bind(changes, stored.id(), checked, changes.handle().createUpdate("""
                UPDATE organisation SET name = :name, currency = :currency, audit_retention_days = :audit,
                    rotation_overlap_hours = :overlap, updated_at = :now, version = version + 1
                WHERE id = :id
                """)).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Settings stored, boolean cascade) {
        throw RefusedException.conflict("The organisation can't be deleted: everything belongs to it.");
    }

    private static SettingsDraft check(SettingsDraft draft) {
        Checks checks = new Checks();
        String name = checks.name("organisation", draft.organisation());
        boolean known = Currency.getAvailableCurrencies().stream()
                .anyMatch(currency -> currency.getCurrencyCode().equals(draft.currency()));
        checks.require(known, "currency", "must be an ISO 4217 code such as USD, EUR or CNY");
        checks.refuse();
        return new SettingsDraft(name, draft.currency(), draft.auditRetentionDays(),
                draft.rotationOverlapHours());
    }

    private static Update bind(ChangeSet changes, UUID id, SettingsDraft draft, Update update) {
        return update.bind("id", id).bind("name", draft.organisation()).bind("currency", draft.currency())
                .bind("audit", draft.auditRetentionDays()).bind("overlap", draft.rotationOverlapHours())
                .bind("now", changes.timestamp());
    }
}
