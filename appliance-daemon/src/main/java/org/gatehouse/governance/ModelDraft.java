package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ModelRoute;

/** What a public model is to be. */
public record ModelDraft(
        @About(value = "What clients ask for.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]*") String name,
        @About(value = "How its prompts are counted ahead.", fallback = "\"unknown\"") ModelRoute.Tokenizer tokenizer,
        @About(value = "The longest prompt and reply together, in tokens.", fallback = "128000", min = 1, max = 100_000_000) int contextTokens,
        @About(value = "The longest reply, in tokens: reserved when a client names no cap and a limit binds it.", fallback = "4096", min = 1, max = 100_000_000) int maxOutputTokens,
        @About(value = "What it can be called on; [\"*\"] means everything.", fallback = "[\"*\"]", min = 1, max = 100) List<String> surfaces,
        @About(value = "Where its calls go.", min = 1, max = 16) List<Target> targets,
        @About("How its answers are kept for the same question asked again; null: they are not.") @Nullable ModelCache cache) {

    /** One whose answers are not kept. */
    public ModelDraft(String name, ModelRoute.Tokenizer tokenizer, int contextTokens, int maxOutputTokens,
            List<String> surfaces, List<Target> targets) {
        this(name, tokenizer, contextTokens, maxOutputTokens, surfaces, targets, null);
    }

    /** A model at an upstream. */
    public record Target(@About("The upstream.") UUID upstreamId,
            @About(value = "What that upstream calls the model.", min = 1, max = 200) String upstreamModel,
            @About(value = "Relative share of new calls.", fallback = "1", max = 10_000) int weight) {}

    /** The same with these targets. */
    ModelDraft withTargets(List<Target> others) {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, surfaces, others, cache);
    }

    /** The same with this context, and replies that are not longer. */
    ModelDraft withContext(int tokens) {
        return new ModelDraft(name, tokenizer, tokens, Math.min(maxOutputTokens, tokens), surfaces, targets,
                cache);
    }

    /** A chat model with one target. */
    public static ModelDraft routed(String name, UUID upstreamId, String upstreamModel,
            ModelRoute.Tokenizer tokenizer, int contextTokens, int maxOutputTokens) {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, KeyDraft.EVERYTHING,
                List.of(new Target(upstreamId, upstreamModel, 1)));
    }
}
