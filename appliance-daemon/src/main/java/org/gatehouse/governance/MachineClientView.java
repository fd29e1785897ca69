package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A program that shows a key without its secret. */
public record MachineClientView(@About("UUIDv7.") UUID id, @About("Unique among machine clients.") String name,
        @About("The key that its calls are counted, limited and recorded under.") UUID keyId,
        @About("That key's name.") String key, @About("The key's project.") String project,
        @About("The project's department.") String department, @About("Whether it may call.") boolean enabled,
        @About("Whether the key's own secrets are refused.") boolean secretRefused,
        @About("An access token that it brings.") MachineClientDraft.@Nullable TokenTerms token,
        @About("A client certificate that it brings.") MachineClientDraft.@Nullable CertificateTerms certificate,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return name;
    }

    MachineClientDraft draft() {
        return new MachineClientDraft(name, keyId, enabled, secretRefused, token, certificate);
    }
}
