package org.gatehouse.governance;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Scope;

/**
 * A node of the tenancy tree, as a draft names it.
 *
 * @param id may be left out for the organisation: there is one
 */
public record ScopeReference(@About("The level of the tenancy tree.") Scope.Type type,
        @About("The node's id; may be left out for the organisation.") @Nullable UUID id) {

    /** The whole organisation. */
    public static ScopeReference organisation() {
        return new ScopeReference(Scope.Type.ORGANISATION, null);
    }

    /** A department. */
    public static ScopeReference department(UUID id) {
        return new ScopeReference(Scope.Type.DEPARTMENT, id);
    }

    /** A project. */
    public static ScopeReference project(UUID id) {
        return new ScopeReference(Scope.Type.PROJECT, id);
    }

    /** A user. */
    public static ScopeReference user(UUID id) {
        return new ScopeReference(Scope.Type.USER, id);
    }

    /** A key. */
    public static ScopeReference key(UUID id) {
        return new ScopeReference(Scope.Type.KEY, id);
    }
}
