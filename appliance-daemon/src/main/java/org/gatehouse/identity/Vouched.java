package org.gatehouse.identity;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a provider says of somebody, after all that can be checked was checked. Immutable.
 *
 * @param subject what the provider calls them, for ever
 * @param name what people call them
 * @param emailVerified whether the provider says that the address is theirs
 * @param authenticatedAt when the provider asked them who they are; {@code null} when it does not say
 * @param session what the provider calls its session; {@code null} when it does not say
 * @param hint what the provider wants to see to end that session; {@code null} for nothing
 */
record Vouched(String subject, String name, @Nullable String email, boolean emailVerified, List<String> groups,
        @Nullable Instant authenticatedAt, @Nullable String session, @Nullable String hint) {

    /** The longest subject that is kept (OpenID Connect Core 2: 255 ASCII characters). */
    static final int LONGEST_SUBJECT = 255;

    /** Copies the groups. */
    Vouched {
        groups = List.copyOf(groups);
    }

    @Override
    public String toString() {
        return "Vouched[" + subject + "]";
    }
}
