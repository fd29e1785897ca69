package org.gatehouse.governance;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What somebody asks for. */
public record AccessRequestDraft(@About("The project that is to use the model.") UUID projectId,
        @About(value = "The public model.", min = 1, max = 128) String model,
        @About(value = "What for; whoever decides reads it.", min = 1, max = 1000, multiline = true) String reason,
        @About("A key of the project that names its models and is to use this one too; null: the project is enough.") @Nullable UUID keyId,
        @About("Who asks: yourself when left out; another only where you govern.") @Nullable UUID requesterId) {

    /** The same, asked by that user. */
    public AccessRequestDraft askedBy(UUID user) {
        return new AccessRequestDraft(projectId, model, reason, keyId, user);
    }
}
