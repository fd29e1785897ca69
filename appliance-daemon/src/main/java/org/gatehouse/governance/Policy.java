package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;

/**
 * What the box does with the calls below a node of the tenancy tree. Each aspect is a member of its own; one that is
 * absent is decided by the next node above.
 */
public record Policy(@About("UUIDv7.") UUID id,
        @About("Whom it is for: the organisation, a department or a project.") ScopeView scope,
        @About("Which bodies of a call are kept; null: as the next node above says.") @Nullable Recording recording,
        @About(value = "Who goes first at an engine with priority scheduling: -10 is earliest, 10 latest; null: as the next node above says, in the end 0.", min = EngineTerms.FIRST, max = EngineTerms.LAST) @Nullable Integer priority,
        @About("With whom keys share what engines remember of prompts; null: as the next node above says, in the end department.") EngineTerms.@Nullable PrefixCache prefixCache,
        @About(value = "How many seconds a call may wait for its turn, or for a model that loads, before it is told to come back; null: as the next node above says, in the end 60.", max = Policy.LONGEST_WAIT_SECONDS) @Nullable Integer waitSeconds,
        @About("Whether calls may be answered with kept answers, and their answers kept, where the model keeps them; null: as the next node above says, in the end false.") @Nullable Boolean exactCache,
        @About("Whether somebody waits for the answers of the calls, or nobody does and calls of the other class go first; null: as the next node above says, in the end interactive.") EngineTerms.@Nullable CallClass callClass,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** An hour: no client library waits longer for an answer. */
    static final int LONGEST_WAIT_SECONDS = 3600;

    /** Which bodies of a call are kept, compressed and encrypted, beside its row. */
    public record Recording(@About("Which bodies are kept.") KeyRecord.Recording bodies,
            @About(value = "For how many days.", fallback = "30", min = 1, max = 3650) int retentionDays) {}

    @Override
    public String title() {
        return "of " + scope;
    }

    PolicyDraft draft() {
        return new PolicyDraft(scope.reference(), recording, priority, prefixCache, waitSeconds, exactCache, callClass);
    }
}
