package org.gatehouse.admin;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.User;
import org.gatehouse.identity.Session;

/**
 * Who calls the admin API and what they may do. Immutable.
 *
 * @param actor as the trail names them
 * @param grants what they may do, each for whose things
 * @param session {@code null} for who brings a token with each request, and for strangers
 * @param user {@code null} for the holder of a token, and for strangers
 * @param apiToken what a program brings with each request; {@code null} for everybody else
 */
public record Identity(Actor actor, Map<Permission, Reach> grants, @Nullable Session session, @Nullable User user,
        @Nullable ApiToken apiToken) {

    /** Copies the grants. */
    public Identity {
        grants = Map.copyOf(grants);
    }

    /** Somebody who may do everything. */
    public static Identity almighty(Actor actor) {
        return almighty(actor, null);
    }

    static Identity almighty(Actor actor, @Nullable Session session) {
        Map<Permission, Reach> all = new EnumMap<>(Permission.class);
        for (Permission permission : Permission.values()) {
            all.put(permission, Reach.everything());
        }
        return new Identity(actor, all, session, null, null);
    }

    /** A user with a session. */
    static Identity of(Actor actor, User user, Session session) {
        return new Identity(actor, RoleGrants.of(user), session, user, null);
    }

    /** A program. */
    static Identity of(Actor actor, ApiToken token) {
        return new Identity(actor, token.access().grants(), null, null, token);
    }

    /** Somebody of whom nothing is known. */
    static Identity stranger(Actor actor) {
        return new Identity(actor, Map.of(), null, null, null);
    }

    Set<Permission> permissions() {
        return grants.keySet();
    }

    boolean isKnown() {
        return may(Permission.SIGNED_IN);
    }

    boolean may(Permission permission) {
        return permission == Permission.NONE || grants.containsKey(permission);
    }

    /** Whether they may do it for everybody's things. */
    boolean mayEverywhere(Permission permission) {
        return permission == Permission.NONE || grants.get(permission) instanceof Reach.Everything;
    }

    /** For whose things they may do it: for nobody's when they may not. */
    Reach reach(Permission permission) {
        return Objects.requireNonNullElse(grants.get(permission), new Reach.Parts(Set.of(), Set.of(), null));
    }

    /** Whether they may do everything that somebody with these grants may. */
    boolean covers(Map<Permission, Reach> others) {
        return others.keySet().stream().allMatch(this::mayEverywhere);
    }
}
