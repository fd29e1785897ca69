package org.gatehouse.governance;

import java.util.UUID;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Scope;

/** A node of the tenancy tree, with its name for people. */
public record ScopeView(@About("The level of the tenancy tree.") Scope.Type type, @About("The node's id.") UUID id,
        @About("The node's name; a project's with its department, a key's with both.") String name) {

    ScopeReference reference() {
        return new ScopeReference(type, id);
    }

    @Override
    public String toString() {
        return type == Scope.Type.ORGANISATION ? "the organisation" : type.id() + " " + name;
    }
}
