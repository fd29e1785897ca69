package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Where alerts go, without its secret. */
public record AlertDestination(@About("UUIDv7.") UUID id, @About("Unique.") String name,
        @About("How alerts get there.") Kind kind,
        @About("Whether alerts go there.") boolean enabled,
        @About("What matters less does not go there.") AlertSeverity leastSeverity,
        @About("Where each alert is posted to as JSON; null for mail. Only its host and its end are shown to those who may not change it.") @Nullable String url,
        @About("The mail server; null for a webhook.") @Nullable MailServer mail,
        @About("Whether it may live on a private address, and be reached without TLS.") boolean privateAddressesAllowed,
        @About("PEM certificates that are trusted for it besides the usual ones.") @Nullable String trustedCertificates,
        @About("Whether messages are signed, or a mail server is given a password.") boolean secretSet,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {
    /** A path and query that are shorter than this are guessed from a few letters of them. */
    private static final int LONG_ENOUGH = 24;
    private static final int LETTERS_SHOWN = 4;

    /** How alerts get to a destination. */
    public enum Kind {
        /** Posted as JSON. */
        WEBHOOK,
        /** Mailed. */
        MAIL
    }

    @Override
    public String title() {
        return name;
    }

    /**
     * The same for those who may see it and not change it: whoever knows a webhook's URL may often post there, so only its host and
     * the last letters of a long path are left.
     */
    public AlertDestination masked() {
        return new AlertDestination(id, name, kind, enabled, leastSeverity, masked(url), mail,
                privateAddressesAllowed, trustedCertificates, secretSet, createdAt, updatedAt, version);
    }

    static @Nullable String masked(@Nullable String url) {
        if (url == null) {
            return null;
        }
        int authority = url.indexOf("://") + 3;
        int end = authority;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        int more = url.length() - end;
        return more <= 1
                ? url
                : url.substring(0, end) + "/…"
                        + (more < LONG_ENOUGH ? "" : url.substring(url.length() - LETTERS_SHOWN));
    }

    AlertDestinationDraft draft() {
        return new AlertDestinationDraft(name, kind, enabled, leastSeverity, url, mail, privateAddressesAllowed,
                trustedCertificates, secretSet ? AlertDestinationDraft.UNCHANGED : null);
    }
}
