package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Where alerts go, without its secret. */
public record AlertDestination(@About("UUIDv7.") UUID id, @About("Unique.") String name,
        @About("Whether alerts go there.") boolean enabled,
        @About("What matters less does not go there.") AlertSeverity leastSeverity,
        @About("Where each alert is posted to as JSON.") String url,
        @About("Whether it may live on a private address, and be reached without TLS.") boolean privateAddressesAllowed,
        @About("PEM certificates that are trusted for it besides the usual ones.") @Nullable String trustedCertificates,
        @About("Whether messages are signed.") boolean secretSet,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return name;
    }

    AlertDestinationDraft draft() {
        return new AlertDestinationDraft(name, enabled, leastSeverity, url, privateAddressesAllowed,
                trustedCertificates, secretSet ? AlertDestinationDraft.UNCHANGED : null);
    }
}
