package org.gatehouse.admin;

import java.util.EnumSet;
import java.util.Set;

import org.gatehouse.governance.Actor;

/**
 * Who calls the admin API and what they may do. Immutable.
 *
 * @param actor as the trail names them
 */
public record Identity(Actor actor, Set<Permission> permissions) {

    /** Copies the permissions. */
    public Identity {
        permissions = Set.copyOf(permissions);
    }

    /** Somebody who may do everything. */
    public static Identity almighty(Actor actor) {
        return new Identity(actor, EnumSet.allOf(Permission.class));
    }

    boolean may(Permission permission) {
        return permission == Permission.NONE || permissions.contains(permission);
    }
}
