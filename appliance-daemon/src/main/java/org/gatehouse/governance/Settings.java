package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What holds for the whole organisation. There is one. */
public record Settings(@About("The organisation's id, for scopes.") UUID id,
        @About("The organisation's name.") String organisation,
        @About("ISO 4217 code in which prices, costs and budgets are kept.") String currency,
        @About("How many days a call's row stays in the trail.") int auditRetentionDays,
        @About("How many hours a rotated key's old secret stays valid when the rotation does not say.") int rotationOverlapHours,
        @About("The HTTP proxy by which the box calls what is outside; null for none.") @Nullable HttpProxy proxy,
        @About("Whether the proxy is given a password.") boolean proxyPasswordSet,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return organisation;
    }

    /** What would leave it as it is. */
    public SettingsDraft draft() {
        return new SettingsDraft(organisation, currency, auditRetentionDays, rotationOverlapHours, proxy,
                proxyPasswordSet ? SettingsDraft.UNCHANGED : null);
    }
}
