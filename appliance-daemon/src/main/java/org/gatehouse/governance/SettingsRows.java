package org.gatehouse.governance;

import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** The one organisation and what holds for all of it. */
final class SettingsRows implements Rows<Settings, SettingsDraft> {
    private static final String SELECT = """
            SELECT o.id, o.name, o.currency, o.audit_retention_days, o.rotation_overlap_hours, o.http_proxy, o.sealed_proxy_password,
                o.created_at, o.updated_at, o.version
            FROM organisation o
            """;

    private final SecretBox secrets;

    SettingsRows(SecretBox secrets) {
        this.secrets = secrets;
    }

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
                        row.getInt("rotation_overlap_hours"), proxy(row.getString("http_proxy")),
                        row.getBytes("sealed_proxy_password") != null, Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    private static @Nullable HttpProxy proxy(@Nullable String terms) {
        return terms == null ? null : Json.trusted(terms, HttpProxy.class);
    }

    /** The proxy's password, if there is one. */
    Optional<String> proxyPassword(Handle handle, UUID id) {
        return handle.createQuery("SELECT sealed_proxy_password FROM organisation WHERE id = :id").bind("id", id)
                .mapTo(byte[].class).findOne().map(sealed -> secrets.openText(place(id), sealed));
    }

    private static SecretPlace place(UUID id) {
        return new SecretPlace("organisation", id.toString(), "sealed_proxy_password");
    }

    @Override
    public SettingsDraft draft(Settings stored) {
        return stored.draft();
    }

    @Override
    public Settings insert(ChangeSet changes, SettingsDraft draft) {
        UUID id = changes.newId();
        bind(changes, id, check(draft, null),
                changes.handle().createUpdate(
                        """
                                INSERT INTO organisation (id, name, currency, audit_retention_days, rotation_overlap_hours, http_proxy, created_at, updated_at, version)
                                VALUES (:id, :name, :currency, :audit, :overlap, :proxy, :now, :now, 1)
                                """))
                .execute();
        keep(changes, id, draft);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public Settings replace(ChangeSet changes, Settings stored, SettingsDraft draft) {
        SettingsDraft checked = check(draft, stored);
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
                    rotation_overlap_hours = :overlap, http_proxy = :proxy, updated_at = :now, version = version + 1
                WHERE id = :id
                """)).execute();
        keep(changes, stored.id(), checked);
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Settings stored, boolean cascade) {
        throw RefusedException.conflict("The organisation can't be deleted: everything belongs to it.");
    }

    /** Whoever is nobody at the proxy has no password there. */
    private void keep(ChangeSet changes, UUID id, SettingsDraft draft) {
        HttpProxy proxy = draft.proxy();
        boolean nobody = proxy == null || proxy.user() == null;
        if (!nobody && draft.keepsPassword()) {
            return;
        }
        String password = nobody ? null : draft.proxyPassword();
        changes.handle().createUpdate("UPDATE organisation SET sealed_proxy_password = :sealed WHERE id = :id")
                .bind("id", id)
                .bindByType("sealed", password == null ? null : secrets.sealText(place(id), password), byte[].class)
                .execute();
    }

    private static SettingsDraft check(SettingsDraft draft, @Nullable Settings stored) {
        Checks checks = new Checks();
        String name = checks.name("organisation", draft.organisation());
        boolean known = Currency.getAvailableCurrencies().stream()
                .anyMatch(currency -> currency.getCurrencyCode().equals(draft.currency()));
        checks.require(known, "currency", "must be an ISO 4217 code such as USD, EUR or CNY");
        HttpProxy proxy = draft.proxy();
        if (proxy != null && proxy.user() != null) {
            HttpProxy before = stored == null || !stored.proxyPasswordSet() ? null : stored.proxy();
            checks.require(draft.proxyPassword() != null && (!draft.keepsPassword() || before != null),
                    "proxyPassword", "is missing: the password of proxy.user");
            // Else whoever may change settings, and does not know the password, could have it sent to a proxy of theirs.
            checks.require(!draft.keepsPassword() || before == null || before.url().equals(proxy.url()),
                    "proxyPassword", "must be given again where proxy.url changes");
        }
        checks.refuse();
        return new SettingsDraft(name, draft.currency(), draft.auditRetentionDays(), draft.rotationOverlapHours(),
                proxy, draft.proxyPassword());
    }

    private static Update bind(ChangeSet changes, UUID id, SettingsDraft draft, Update update) {
        return update.bind("id", id).bind("name", draft.organisation()).bind("currency", draft.currency())
                .bind("audit", draft.auditRetentionDays()).bind("overlap", draft.rotationOverlapHours())
                .bind("proxy", draft.proxy() == null ? null : Json.text(Json.tree(draft.proxy())))
                .bind("now", changes.timestamp());
    }
}
