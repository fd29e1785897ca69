package org.gatehouse.setup;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;

/**
 * Who answers a step, and from where. Immutable.
 *
 * @param base where they reached the box, such as {@code https://192.0.2.7:8443}
 * @param login somebody to try a sign-on provider with that takes passwords; {@code null} for nobody
 */
public record Asking(Actor actor, String base, @Nullable Login login) {

    /** A name and a password, used once and kept nowhere. */
    public record Login(String name, String password) {

        /** Leaves the password out. */
        @Override
        public String toString() {
            return "Login[]";
        }
    }
}
