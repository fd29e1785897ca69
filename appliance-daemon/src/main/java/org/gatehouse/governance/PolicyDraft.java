package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.EngineTerms;

/** What a policy is to be. One scope has at most one. */
public record PolicyDraft(
        @About("Whom it is for: the organisation, a department or a project. Can't be changed later.") ScopeReference scope,
        @About("Which bodies of a call are kept; null: as the next node above says.") Policy.@Nullable Recording recording,
        @About(value = "Who goes first at an engine with priority scheduling: -10 is earliest, 10 latest; null: as the next node above says, in the end 0.", min = EngineTerms.FIRST, max = EngineTerms.LAST) @Nullable Integer priority,
        @About("With whom keys share what engines remember of prompts; null: as the next node above says, in the end department.") EngineTerms.@Nullable PrefixCache prefixCache,
        @About(value = "How many seconds a call may wait for its turn, or for a model that loads, before it is told to come back; null: as the next node above says, in the end 60.", max = Policy.LONGEST_WAIT_SECONDS) @Nullable Integer waitSeconds,
        @About("Whether calls may be answered with kept answers, and their answers kept, where the model keeps them; null: as the next node above says, in the end false.") @Nullable Boolean exactCache,
        @About("Whether somebody waits for the answers of the calls, or nobody does and calls of the other class go first; null: as the next node above says, in the end interactive.") EngineTerms.@Nullable CallClass callClass) {

    /** One that says nothing of who goes first. */
    public PolicyDraft(ScopeReference scope, Policy.@Nullable Recording recording, @Nullable Integer priority,
            EngineTerms.@Nullable PrefixCache prefixCache, @Nullable Integer waitSeconds,
            @Nullable Boolean exactCache) {
        this(scope, recording, priority, prefixCache, waitSeconds, exactCache, null);
    }

    /** One that says nothing of kept answers. */
    public PolicyDraft(ScopeReference scope, Policy.@Nullable Recording recording, @Nullable Integer priority,
            EngineTerms.@Nullable PrefixCache prefixCache, @Nullable Integer waitSeconds) {
        this(scope, recording, priority, prefixCache, waitSeconds, null, null);
    }

    /** One that says nothing but which bodies are kept. */
    public PolicyDraft(ScopeReference scope, Policy.@Nullable Recording recording) {
        this(scope, recording, null, null, null, null, null);
    }
}
