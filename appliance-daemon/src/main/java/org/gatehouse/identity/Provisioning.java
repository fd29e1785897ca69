package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.SignOnProvider;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.store.Database;

/**
 * What a provider tells of joiners and leavers: users and groups of its own, each provider seeing those that it told of
 * and no others. Whoever is switched off or removed is out at once, and so are their keys. Thread-safe.
 */
public final class Provisioning {
    private static final String PREFIX = "ghs_";
    private static final int LONGEST_TOKEN = 200;

    private final Jdbi jdbi;
    private final Governance governance;
    private final Sessions sessions;
    private final Accounts accounts;
    private final Notes notes;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;

    Provisioning(Database database, Governance governance, Sessions sessions, Accounts accounts, Notes notes,
            Supplier<UUID> ids, RandomGenerator random) {
        this.jdbi = database.jdbi();
        this.governance = governance;
        this.sessions = sessions;
        this.accounts = accounts;
        this.notes = notes;
        this.ids = ids;
        this.random = random;
    }

    /**
     * A user that a provider told of.
     *
     * @param userName what the provider calls them
     * @param externalId what the provider's own system calls them; {@code null} when it did not say
     */
    public record Member(User user, String userName, @Nullable String externalId) {}

    /** A group that a provider told of. */
    public record Group(UUID id, String displayName, @Nullable String externalId, List<UUID> members) {

        /** Copies the list. */
        public Group {
            members = List.copyOf(members);
        }
    }

    /** What a provider wants a user to be. */
    public record UserWish(String userName, @Nullable String externalId, @Nullable String email, boolean active) {}

    /** What a provider wants a group to be. */
    public record GroupWish(String displayName, @Nullable String externalId, Set<UUID> members) {

        /** Copies the set. */
        public GroupWish {
            members = Set.copyOf(members);
        }
    }

    /** A token that lets a provider tell of people; what it had before opens nothing any more. Shown once. */
    public String newToken(Actor actor, SignOnProvider provider) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        notes.did(actor, "make_scim_token", "sign-on", provider.id().toString(), null);
        setToken(provider.id(), Sessions.sha256(token));
        return token;
    }

    /** Takes a provider's token away. */
    public void removeToken(Actor actor, SignOnProvider provider) {
        notes.did(actor, "remove_scim_token", "sign-on", provider.id().toString(), null);
        setToken(provider.id(), null);
    }

    private void setToken(UUID provider, @Nullable String sha256) {
        jdbi.useTransaction(handle -> handle
                .createUpdate("UPDATE sign_on_provider SET scim_sha256 = :sha256 WHERE id = :id").bind("id", provider)
                .bind("sha256", sha256).execute());
    }

    /** Whose token it is; of a provider that is switched off, nobody's. */
    public Optional<SignOnProvider> providerOf(String token) {
        if (!token.startsWith(PREFIX) || token.length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        byte[] wanted = Sessions.sha256(token).getBytes(StandardCharsets.US_ASCII);
        record Known(UUID id, String sha256) {}
        List<Known> all = jdbi.withHandle(handle -> handle
                .createQuery("SELECT id, scim_sha256 FROM sign_on_provider WHERE scim_sha256 IS NOT NULL")
                .map((row, _) -> new Known(Objects.requireNonNull(row.getObject("id", UUID.class)),
                        Objects.requireNonNull(row.getString("scim_sha256"))))
                .list());
        return all.stream()
                .filter(known -> MessageDigest.isEqual(known.sha256().getBytes(StandardCharsets.US_ASCII), wanted))
                .findFirst().flatMap(known -> governance.signOn().find(known.id())).filter(SignOnProvider::enabled);
    }

    /** A piece of a list. */
    public record Found(int total, List<Member> members) {

        /** Copies the list. */
        public Found {
            members = List.copyOf(members);
        }
    }

    private record Row(UUID user, String userName, @Nullable String externalId) {}

    private List<Row> rows(SignOnProvider provider) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT user_id, user_name, external_id FROM scim_user WHERE provider_id = :provider ORDER BY user_id
                """).bind("provider", provider.id())
                .map((row, _) -> new Row(Objects.requireNonNull(row.getObject("user_id", UUID.class)),
                        Objects.requireNonNull(row.getString("user_name")), row.getString("external_id")))
                .list());
    }

    private Optional<Member> member(Row row) {
        return governance.users().find(row.user()).map(user -> new Member(user, row.userName(), row.externalId()));
    }

    /**
     * Users that the provider told of: those with these properties, or all for {@code null}.
     *
     * @param skip how many to leave out
     * @param limit how many at most
     */
    public Found users(SignOnProvider provider, @Nullable String userName, @Nullable String externalId, int skip,
            int limit) {
        List<Row> rows = rows(provider).stream()
                .filter(row -> userName == null || row.userName().equalsIgnoreCase(userName))
                .filter(row -> externalId == null || externalId.equals(row.externalId())).toList();
        return new Found(rows.size(),
                rows.stream().skip(skip).limit(limit).flatMap(row -> member(row).stream()).toList());
    }

    /** One of them. */
    public Optional<Member> user(SignOnProvider provider, UUID id) {
        return rows(provider).stream().filter(row -> row.user().equals(id)).findFirst().flatMap(this::member);
    }

    private boolean isTaken(SignOnProvider provider, String userName, @Nullable UUID besides) {
        return rows(provider).stream()
                .anyMatch(row -> row.userName().equalsIgnoreCase(userName) && !row.user().equals(besides));
    }

    /** Makes a user. Empty when there is one of that name already. */
    public Optional<Member> create(SignOnProvider provider, Actor actor, UserWish wish) {
        if (isTaken(provider, wish.userName(), null)) {
            return Optional.empty();
        }
        User user = accounts.made(provider, new Vouched(wish.userName(), wish.userName(), wish.email(), false,
                List.of(), null, null, null), actor);
        jdbi.useTransaction(handle -> handle.createUpdate("""
                INSERT INTO scim_user (provider_id, user_id, user_name, external_id)
                VALUES (:provider, :user, :name, :external)
                """).bind("provider", provider.id()).bind("user", user.id())
                .bind("name", wish.userName().toLowerCase(Locale.ROOT)).bind("external", wish.externalId()).execute());
        apply(actor, user.id(), wish);
        accounts.regroup(provider, user.id(), actor);
        return user(provider, user.id());
    }

    /** Changes a user. Empty when the name is another's. */
    public Optional<Member> replace(SignOnProvider provider, Actor actor, Member stored, UserWish wish) {
        if (isTaken(provider, wish.userName(), stored.user().id())) {
            return Optional.empty();
        }
        jdbi.useTransaction(handle -> handle.createUpdate("""
                UPDATE scim_user SET user_name = :name, external_id = :external
                WHERE provider_id = :provider AND user_id = :user
                """).bind("provider", provider.id()).bind("user", stored.user().id())
                .bind("name", wish.userName().toLowerCase(Locale.ROOT)).bind("external", wish.externalId()).execute());
        apply(actor, stored.user().id(), wish);
        return user(provider, stored.user().id());
    }

    private void apply(Actor actor, UUID id, UserWish wish) {
        governance.users().update(actor, id, null, before -> new Reading.Whole<>(new UserDraft(before.name(),
                wish.email() == null ? before.email() : Accounts.mail(wish.email()), wish.active(), before.roles(),
                before.departments(), before.projects())));
        if (!wish.active()) {
            sessions.endAllOf(id);
        }
    }

    /** Removes a user: deleted where nothing of theirs is left, else switched off for good. Their keys stop working. */
    public void remove(SignOnProvider provider, Actor actor, Member member) {
        UUID id = member.user().id();
        apply(actor, id, new UserWish(member.userName(), member.externalId(), null, false));
        jdbi.useTransaction(handle -> {
            handle.createUpdate("DELETE FROM scim_user WHERE provider_id = :provider AND user_id = :user")
                    .bind("provider", provider.id()).bind("user", id).execute();
            handle.createUpdate("""
                    DELETE FROM scim_member WHERE user_id = :user
                        AND group_id IN (SELECT id FROM scim_group WHERE provider_id = :provider)
                    """).bind("provider", provider.id()).bind("user", id).execute();
        });
        if (governance.users().delete(actor, id, null, false) instanceof Change.Refused<User>) {
            // Their keys still tell whose calls these were.
            accounts.regroup(provider, id, actor);
        }
    }

    /** Groups that the provider told of: the one of that name, or all for {@code null}. */
    public List<Group> groups(SignOnProvider provider, @Nullable String displayName) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT id, display_name, external_id FROM scim_group WHERE provider_id = :provider ORDER BY id
                """).bind("provider", provider.id()).map((row, _) -> group(row)).list().stream()
                .filter(group -> displayName == null || group.displayName().equals(displayName))
                .map(group -> new Group(group.id(), group.displayName(), group.externalId(),
                        handle.createQuery("SELECT user_id FROM scim_member WHERE group_id = :id ORDER BY user_id")
                                .bind("id", group.id()).mapTo(UUID.class).list()))
                .toList());
    }

    private static Group group(ResultSet row) throws SQLException {
        return new Group(Objects.requireNonNull(row.getObject("id", UUID.class)),
                Objects.requireNonNull(row.getString("display_name")), row.getString("external_id"), List.of());
    }

    /** One of them. */
    public Optional<Group> group(SignOnProvider provider, UUID id) {
        return groups(provider, null).stream().filter(group -> group.id().equals(id)).findFirst();
    }

    /** Makes a group. Empty when there is one of that name already. */
    public Optional<Group> create(SignOnProvider provider, Actor actor, GroupWish wish) {
        if (!groups(provider, wish.displayName()).isEmpty()) {
            return Optional.empty();
        }
        UUID id = ids.get();
        jdbi.useTransaction(handle -> handle.createUpdate("""
                INSERT INTO scim_group (id, provider_id, display_name, external_id)
                VALUES (:id, :provider, :name, :external)
                """).bind("id", id).bind("provider", provider.id()).bind("name", wish.displayName())
                .bind("external", wish.externalId()).execute());
        return replace(provider, actor, new Group(id, wish.displayName(), wish.externalId(), List.of()), wish);
    }

    /** Changes a group, and what its members are. Empty when the name is another's. */
    public Optional<Group> replace(SignOnProvider provider, Actor actor, Group stored, GroupWish wish) {
        if (groups(provider, wish.displayName()).stream().anyMatch(other -> !other.id().equals(stored.id()))) {
            return Optional.empty();
        }
        Set<UUID> own = new HashSet<>();
        rows(provider).forEach(row -> own.add(row.user()));
        Set<UUID> members = new HashSet<>(wish.members());
        members.retainAll(own);
        jdbi.useTransaction(handle -> {
            handle.createUpdate("UPDATE scim_group SET display_name = :name, external_id = :external WHERE id = :id")
                    .bind("id", stored.id()).bind("name", wish.displayName()).bind("external", wish.externalId())
                    .execute();
            handle.createUpdate("DELETE FROM scim_member WHERE group_id = :id").bind("id", stored.id()).execute();
            for (UUID member : members) {
                handle.createUpdate("INSERT INTO scim_member (group_id, user_id) VALUES (:id, :user)")
                        .bind("id", stored.id()).bind("user", member).execute();
            }
        });
        members.addAll(stored.members());
        members.forEach(member -> accounts.regroup(provider, member, actor));
        return group(provider, stored.id());
    }

    /** Removes a group; its members are what their other groups make of them. */
    public void remove(SignOnProvider provider, Actor actor, Group group) {
        jdbi.useTransaction(handle -> handle.createUpdate("DELETE FROM scim_group WHERE id = :id")
                .bind("id", group.id()).execute());
        group.members().forEach(member -> accounts.regroup(provider, member, actor));
    }
}
