package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a user is to be. */
public record UserDraft(@About(value = "Unique in the organisation.", min = 1, max = 100) String name,
        @About(value = "Where to reach them.", max = 254, pattern = "[^@\\s]+@[^@\\s]+") @Nullable String email) {

    /** A user with nothing but a name. */
    public static UserDraft named(String name) {
        return new UserDraft(name, null);
    }
}
