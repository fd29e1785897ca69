package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ModelRoute;

/** A public model name and where its calls go. */
public record PublicModel(@About("UUIDv7.") UUID id, @About("What clients ask for.") String name,
        @About("How its prompts are counted ahead.") ModelRoute.Tokenizer tokenizer,
        @About("The longest prompt and reply together, in tokens.") int contextTokens,
        @About("The longest reply, in tokens.") int maxOutputTokens,
        @About("What it can be called on; [\"*\"] means everything.") List<String> surfaces,
        @About("Where its calls go.") List<Target> targets,
        @About("How the targets share its calls; null: by weight, with fail-over.") @Nullable RouteRules route,
        @About("What looks wrong about it; empty when nothing does.") List<String> warnings,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** A model at an upstream. */
    public record Target(@About("UUIDv7; the same as long as upstream and model stay.") UUID id,
            @About("The upstream.") UUID upstreamId, @About("That upstream's name.") String upstream,
            @About("What that upstream calls the model.") String upstreamModel,
            @About("Relative share of new calls.") int weight,
            @About("By what a split knows it.") @Nullable String name,
            @About("0 is asked first; a higher one when nothing below can serve.") int tier,
            @About("What it can do; null for everything.") @Nullable Abilities abilities,
            @About("Where it lies; null for where its upstream does.") @Nullable String region,
            @About("The complexity of prompts that it is good for, 0 to 100.") int strength,
            @About("The lowest business priority of calls that may use it.") int fromPriority) {

        ModelDraft.Target draft() {
            return new ModelDraft.Target(upstreamId, upstreamModel, weight, name, tier, abilities, region, strength,
                    fromPriority);
        }
    }

    @Override
    public String title() {
        return name;
    }

    ModelDraft draft() {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, surfaces,
                targets.stream().map(Target::draft).toList(), route);
    }
}
