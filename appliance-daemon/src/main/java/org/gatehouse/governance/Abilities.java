package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.TargetTerms;

/** What a model can do at one upstream, as admins say it. Immutable. */
public record Abilities(
        @About(value = "The longest prompt and reply together, in tokens; null for any.", min = 1, max = 100_000_000) @Nullable Integer contextTokens,
        @About(value = "Whether it calls tools.", fallback = "true") boolean tools,
        @About(value = "Whether it sees pictures.", fallback = "true") boolean vision,
        @About(value = "Whether its answer keeps to a JSON schema.", fallback = "true") boolean schema,
        @About(value = "Whether it hears.", fallback = "true") boolean audio) {

    TargetTerms.Abilities terms() {
        return new TargetTerms.Abilities(contextTokens == null ? Integer.MAX_VALUE : contextTokens, tools, vision,
                schema, audio);
    }
}
