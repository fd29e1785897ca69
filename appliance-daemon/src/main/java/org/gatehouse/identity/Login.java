package org.gatehouse.identity;

import org.gatehouse.governance.User;

/** What came of an attempt to sign in. */
public sealed interface Login {

    /** They are who they say. */
    record Granted(User user) implements Login {}

    /**
     * They are not, or may not.
     *
     * @param reason the same for every cause that would tell a stranger something
     */
    record Refused(Reason reason) implements Login {}

    /** Too many attempts; not even looked at. */
    record Later(long seconds) implements Login {}

    /** Why not. */
    enum Reason {
        /** The name, the password or the code is wrong, or there is no such user. */
        WRONG,
        /** Who they are is known, and they have no role here, or were switched off. */
        NO_ACCESS
    }
}
