package org.gatehouse.admin;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.gatehouse.governance.Reach;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;

/**
 * What each role may do. A permission of a limited role holds within its reach only, each permission for itself: who reads
 * all costs and develops in one project may not change other projects' keys. Stateless.
 */
final class RoleGrants {
    private static final Map<Role, Set<Permission>> TABLE = new EnumMap<>(Map.of(
            Role.APPLIANCE_ADMIN, EnumSet.complementOf(EnumSet.of(Permission.NONE)),
            Role.GOVERNANCE_ADMIN,
            EnumSet.of(Permission.SIGNED_IN, Permission.VIEW, Permission.VIEW_BOX, Permission.CHANGE,
                    Permission.MANAGE_PROJECTS, Permission.MANAGE_KEYS, Permission.MANAGE_PEOPLE,
                    Permission.VIEW_USAGE, Permission.VIEW_AUDIT),
            Role.FINANCE, EnumSet.of(Permission.SIGNED_IN, Permission.VIEW, Permission.VIEW_USAGE),
            Role.AUDITOR,
            EnumSet.of(Permission.SIGNED_IN, Permission.VIEW, Permission.VIEW_BOX, Permission.VIEW_USAGE,
                    Permission.VIEW_AUDIT, Permission.VIEW_BODIES),
            Role.DEPARTMENT_LEAD,
            EnumSet.of(Permission.SIGNED_IN, Permission.VIEW, Permission.MANAGE_PROJECTS, Permission.MANAGE_KEYS,
                    Permission.VIEW_USAGE),
            Role.DEVELOPER, EnumSet.of(Permission.SIGNED_IN, Permission.VIEW, Permission.MANAGE_KEYS,
                    Permission.VIEW_USAGE)));

    private RoleGrants() {}

    /** What a user may do, and for whose things. */
    static Map<Permission, Reach> of(User user) {
        Map<Permission, Reach> grants = new EnumMap<>(Permission.class);
        for (Role role : user.roles()) {
            Reach reach = switch (role) {
                case APPLIANCE_ADMIN, GOVERNANCE_ADMIN, FINANCE, AUDITOR -> Reach.everything();
                case DEPARTMENT_LEAD -> new Reach.Parts(Set.copyOf(user.departments()), Set.of(), user.id());
                case DEVELOPER -> new Reach.Parts(Set.of(), Set.copyOf(user.projects()), user.id());
            };
            for (Permission permission : permissions(role)) {
                grants.merge(permission, reach, Reach::or);
            }
        }
        return grants;
    }

    /** What users of these roles may do at most. */
    static Map<Permission, Reach> ofRoles(List<Role> roles) {
        Map<Permission, Reach> grants = new EnumMap<>(Permission.class);
        roles.forEach(role -> permissions(role).forEach(permission -> grants.put(permission, Reach.everything())));
        return grants;
    }

    /** What anybody may do at most. */
    static Map<Permission, Reach> ofAll() {
        return ofRoles(List.of(Role.APPLIANCE_ADMIN));
    }

    /** What a role may do. */
    static Set<Permission> permissions(Role role) {
        return TABLE.getOrDefault(role, Set.of());
    }
}
