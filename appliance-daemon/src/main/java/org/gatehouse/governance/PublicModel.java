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
        @About("How its answers are kept for the same question asked again; null: they are not.") @Nullable ModelCache cache,
        @About("When it was made.") Instant createdAt,
        @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** A model at an upstream. */
    public record Target(@About("The upstream.") UUID upstreamId, @About("That upstream's name.") String upstream,
            @About("What that upstream calls the model.") String upstreamModel,
            @About("Relative share of new calls.") int weight) {}

    @Override
    public String title() {
        return name;
    }

    ModelDraft draft() {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, surfaces, targets.stream()
                .map(target -> new ModelDraft.Target(target.upstreamId(), target.upstreamModel(), target.weight()))
                .toList(), cache);
    }
}
