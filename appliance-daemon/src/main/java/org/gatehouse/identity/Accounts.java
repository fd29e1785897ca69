package org.gatehouse.identity;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.SignOnDraft.GroupMapping;
import org.gatehouse.governance.SignOnDraft.Kind;
import org.gatehouse.governance.SignOnProvider;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.form.Text;
import org.gatehouse.store.Database;

/**
 * Makes users of people whom a provider vouches for: known ones by what the provider calls them, new ones on the spot; and
 * at each login makes of them what their groups say. Thread-safe.
 */
final class Accounts {
    private static final int LONGEST_NAME = 100;

    private final Jdbi jdbi;
    private final Governance governance;

    Accounts(Database database, Governance governance) {
        this.jdbi = database.jdbi();
        this.governance = governance;
    }

    /** The user, as they are now. They may have no role: then they may not come in. */
    User user(SignOnProvider provider, Vouched vouched, Actor actor) {
        Optional<User> known = linked(provider.id(), vouched.subject());
        if (known.isPresent()) {
            return known.get().active() ? renewed(provider, vouched, known.get(), actor) : known.get();
        }
        User user = announced(provider, vouched).or(() -> sameMail(provider, vouched))
                .orElseGet(() -> made(provider, vouched, actor));
        link(provider.id(), vouched.subject(), user.id());
        return renewed(provider, vouched, linked(provider.id(), vouched.subject()).orElse(user), actor);
    }

    /** The user whom the provider calls so. */
    Optional<User> linked(UUID provider, String subject) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT user_id FROM app_user_identity WHERE provider_id = :provider AND subject = :subject
                """).bind("provider", provider).bind("subject", subject).mapTo(UUID.class).findOne())
                .flatMap(governance.users()::find);
    }

    /** Remembers what the provider calls a user. What another login said meanwhile stays. */
    void link(UUID provider, String subject, UUID user) {
        try {
            jdbi.useTransaction(handle -> handle.createUpdate("""
                    INSERT INTO app_user_identity (provider_id, subject, user_id) VALUES (:provider, :subject, :user)
                    """).bind("provider", provider).bind("subject", subject).bind("user", user).execute());
        } catch (UnableToExecuteStatementException e) {
            if (linked(provider, subject).isEmpty()) {
                throw e;
            }
        }
    }

    /** Somebody of whom the same provider told by itself, and who comes for the first time. */
    private Optional<User> announced(SignOnProvider provider, Vouched vouched) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT user_id FROM scim_user
                WHERE provider_id = :provider AND (user_name = :name OR external_id = :subject)
                ORDER BY user_id
                """).bind("provider", provider.id()).bind("name", vouched.name().toLowerCase(Locale.ROOT))
                .bind("subject", vouched.subject()).mapTo(UUID.class).list()).stream().findFirst()
                .flatMap(governance.users()::find).filter(user -> !isLinked(provider.id(), user.id()));
    }

    /** The groups that a provider told of by itself, with that user in them. */
    private List<String> announcedGroups(UUID provider, UUID user) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT g.display_name FROM scim_group g JOIN scim_member m ON m.group_id = g.id
                WHERE g.provider_id = :provider AND m.user_id = :user
                """).bind("provider", provider).bind("user", user).mapTo(String.class).list());
    }

    /** Makes of somebody what the groups say that their provider told of by itself. */
    void regroup(SignOnProvider provider, UUID id, Actor actor) {
        if (!provider.givesRoles()) {
            return;
        }
        governance.users().find(id).ifPresent(user -> {
            Standing standing = standing(provider, announcedGroups(provider.id(), id));
            governance.users().update(actor, id, null,
                    before -> new Reading.Whole<>(new UserDraft(before.name(), before.email(), before.active(),
                            List.copyOf(standing.roles()), standing.departments(), standing.projects())));
        });
    }

    /**
     * Somebody who was here before the provider was. Only where the provider says that the address is theirs: else
     * whoever can write their own address there could be anybody here. Never somebody with a password of the box's own.
     */
    private Optional<User> sameMail(SignOnProvider provider, Vouched vouched) {
        String email = vouched.email();
        if (email == null || !vouched.emailVerified()) {
            return Optional.empty();
        }
        List<User> found = governance.users().all().stream()
                .filter(user -> user.email() != null && user.email().equalsIgnoreCase(email) && !user.breakGlass()
                        && !isLinked(provider.id(), user.id()))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private boolean isLinked(UUID provider, UUID user) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT subject FROM app_user_identity WHERE provider_id = :provider AND user_id = :user
                """).bind("provider", provider).bind("user", user).mapTo(String.class).findFirst()).isPresent();
    }

    /** A new user, under a name that is free. */
    User made(SignOnProvider provider, Vouched vouched, Actor actor) {
        String wanted = presentable(vouched.name());
        List<String> names = List.of(wanted, cut(wanted, 60) + " (" + provider.name() + ")",
                cut(wanted, 40) + " (" + cut(presentable(vouched.subject()), 50) + ")");
        for (String name : names) {
            if (governance.users().create(actor,
                    new UserDraft(name, mail(vouched.email()))) instanceof Change.Made<User>(User user)) {
                return user;
            }
        }
        throw new IllegalStateException("no free name for a new user of " + provider.name());
    }

    /** What may stand as a user's name, of whatever a provider says. */
    static String presentable(String name) {
        StringBuilder clean = new StringBuilder();
        java.text.Normalizer.normalize(name, java.text.Normalizer.Form.NFC).codePoints()
                .map(point -> point == '/' ? '-' : point).filter(point -> Text.clean(Character.toString(point), false))
                .forEach(clean::appendCodePoint);
        String stripped = cut(clean.toString().strip(), LONGEST_NAME).strip();
        return stripped.isEmpty() ? "somebody" : stripped;
    }

    /** A mail address that may be kept, if it is one. */
    static @Nullable String mail(@Nullable String email) {
        return email != null && email.length() <= 254 && email.matches("[^@\\s]+@[^@\\s]+") && Text.clean(email, false)
                ? email
                : null;
    }

    private static String cut(String text, int length) {
        return text.length() <= length
                ? text
                : text.substring(0, Character.isHighSurrogate(text.charAt(length - 1))
                        ? length - 1
                        : length);
    }

    private User renewed(SignOnProvider provider, Vouched vouched, User user, Actor actor) {
        Noun<User, UserDraft> users = governance.users();
        List<String> groups = new ArrayList<>(vouched.groups());
        groups.addAll(announcedGroups(provider.id(), user.id()));
        Standing standing = provider.givesRoles() ? standing(provider, groups) : null;
        return switch (users.update(actor, user.id(), null, before -> new Reading.Whole<>(
                new UserDraft(before.name(), mail(vouched.email()) == null ? before.email() : mail(vouched.email()),
                        before.active(), standing == null ? before.roles() : List.copyOf(standing.roles()),
                        standing == null ? before.departments() : standing.departments(),
                        standing == null ? before.projects() : standing.projects())))) {
            case Change.Made<User>(User now) -> now;
            case Change.Refused<User> _ -> user;
        };
    }

    /** What groups make of somebody. */
    record Standing(Set<Role> roles, List<UUID> departments, List<UUID> projects) {}

    /** What these groups make of somebody here. What a mapping names and is gone gives nothing. */
    Standing standing(SignOnProvider provider, List<String> groups) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        roles.addAll(provider.defaultRoles());
        Set<UUID> departments = new LinkedHashSet<>();
        Set<UUID> projects = new LinkedHashSet<>();
        for (GroupMapping mapping : provider.mappings()) {
            if (groups.stream().noneMatch(group -> isMeant(provider.kind(), mapping.group(), group))) {
                continue;
            }
            Role role = mapping.role();
            if (role != null) {
                roles.add(role);
            }
            String department = mapping.department();
            if (department != null) {
                governance.departments().list(Map.of("name", department), null, 1).items()
                        .forEach(found -> departments.add(found.id()));
            }
            String project = mapping.project();
            if (project != null) {
                projects(project).forEach(found -> projects.add(found.id()));
            }
        }
        return new Standing(roles, sorted(departments), sorted(projects));
    }

    private List<Project> projects(String path) {
        String[] parts = path.split("/", -1);
        return parts.length != 2
                ? List.of()
                : governance.projects().list(Map.of("name", parts[1]), null, 1000).items().stream()
                        .filter(project -> project.department().equals(parts[0])).toList();
    }

    private static List<UUID> sorted(Set<UUID> ids) {
        List<UUID> sorted = new ArrayList<>(ids);
        sorted.sort(null);
        return List.copyOf(sorted);
    }

    /** Directories name groups by their whole path and do not mind case; Keycloak may put a slash in front. */
    static boolean isMeant(Kind kind, String wanted, String given) {
        if (kind == Kind.LDAP) {
            return given.equalsIgnoreCase(wanted) || commonName(given).equalsIgnoreCase(wanted);
        }
        return given.equals(wanted) || given.equals("/" + wanted);
    }

    private static String commonName(String dn) {
        if (!dn.toLowerCase(Locale.ROOT).startsWith("cn=")) {
            return dn;
        }
        int comma = dn.indexOf(',');
        return dn.substring(3, comma < 0 ? dn.length() : comma);
    }
}
