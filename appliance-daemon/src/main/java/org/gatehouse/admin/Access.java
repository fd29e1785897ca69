package org.gatehouse.admin;

import org.gatehouse.admin.Operation.Reaching;

/**
 * Who may use a noun's operations.
 *
 * @param see the permission to list and read
 * @param seeing what listing and reading make of limited callers
 * @param change the permission to make, change and delete
 * @param changing what making and changing make of limited callers; deleting refuses them
 * @param recent whether changes need a recent login
 */
record Access(Permission see, Reaching seeing, Permission change, Reaching changing, boolean recent) {

    /** Read by who sees how things are governed, changed by who governs; closed to limited callers. */
    static Access usual() {
        return new Access(Permission.VIEW, Reaching.REFUSED, Permission.CHANGE, Reaching.REFUSED, false);
    }

    /** The same for what it runs on. */
    static Access ofTheBox(Permission change) {
        return new Access(Permission.VIEW_BOX, Reaching.REFUSED, change, Reaching.REFUSED, false);
    }

    /** Read by limited callers, too. */
    Access seenBy(Reaching limited) {
        return new Access(see, limited, change, changing, recent);
    }

    /** Changed with another permission, by limited callers within their reach. */
    Access changedWithin(Permission permission) {
        return new Access(see, seeing, permission, Reaching.WITHIN, recent);
    }

    /** Changed with another permission, by people who have shown just now who they are. */
    Access changedCarefully(Permission permission) {
        return new Access(see, seeing, permission, changing, true);
    }
}
