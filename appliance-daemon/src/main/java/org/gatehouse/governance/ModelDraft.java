package org.gatehouse.governance;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.TargetTerms;

/** What a public model is to be. */
public record ModelDraft(
        @About(value = "What clients ask for.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]*") String name,
        @About(value = "How its prompts are counted ahead.", fallback = "\"unknown\"") ModelRoute.Tokenizer tokenizer,
        @About(value = "The longest prompt and reply together, in tokens.", fallback = "128000", min = 1, max = 100_000_000) int contextTokens,
        @About(value = "The longest reply, in tokens: reserved when a client names no cap and a limit binds it.", fallback = "4096", min = 1, max = 100_000_000) int maxOutputTokens,
        @About(value = "What it can be called on; [\"*\"] means everything.", fallback = "[\"*\"]", min = 1, max = 100) List<String> surfaces,
        @About(value = "Where its calls go.", min = 1, max = 16) List<Target> targets,
        @About("How the targets share its calls; null: by weight, with fail-over.") @Nullable RouteRules route) {

    /** One whose targets share its calls as is usual. */
    public ModelDraft(String name, ModelRoute.Tokenizer tokenizer, int contextTokens, int maxOutputTokens,
            List<String> surfaces, List<Target> targets) {
        this(name, tokenizer, contextTokens, maxOutputTokens, surfaces, targets, null);
    }

    /** A model at an upstream. */
    public record Target(@About("The upstream.") UUID upstreamId,
            @About(value = "What that upstream calls the model.", min = 1, max = 200) String upstreamModel,
            @About(value = "Relative share of new calls.", fallback = "1", max = 10_000) int weight,
            @About(value = "By what a split knows it; unique in the model.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") @Nullable String name,
            @About(value = "0 is asked first; a higher one when nothing below can serve.", fallback = "0", max = 99) int tier,
            @About("What it can do; null for everything.") @Nullable Abilities abilities,
            @About(value = "Where it lies, if not where its upstream does.", min = 1, max = 64) @Nullable String region,
            @About(value = "The complexity of prompts that it is good for.", fallback = "100", max = 100) int strength,
            @About(value = "The lowest business priority of calls that may use it; 0 for all.", fallback = "0", max = 100) int fromPriority) {

        /** One of the first tier that can do everything. */
        public Target(UUID upstreamId, String upstreamModel, int weight) {
            this(upstreamId, upstreamModel, weight, null, 0, null, null, 100, 0);
        }

        /** The same by a name, in a tier. */
        public Target named(@Nullable String other, int otherTier) {
            return new Target(upstreamId, upstreamModel, weight, other, otherTier, abilities, region, strength,
                    fromPriority);
        }

        TargetTerms terms() {
            return new TargetTerms(tier, abilities == null ? TargetTerms.Abilities.ALL : abilities.terms(), region,
                    strength, fromPriority);
        }
    }

    /** The same with these targets. */
    ModelDraft withTargets(List<Target> others) {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, surfaces, others, route);
    }

    /** The same with other rules for its targets. */
    public ModelDraft routedBy(@Nullable RouteRules other) {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, surfaces, targets, other);
    }

    /** The same without the targets at some upstreams: the next tier moves up where they were the first. */
    ModelDraft withoutTargetsAt(Set<UUID> upstreams) {
        Set<String> gone = new HashSet<>();
        for (Target target : targets) {
            String called = target.name();
            if (called != null && upstreams.contains(target.upstreamId())) {
                gone.add(called);
            }
        }
        List<Target> kept = targets.stream().filter(target -> !upstreams.contains(target.upstreamId())).toList();
        int lowest = kept.stream().mapToInt(Target::tier).min().orElse(0);
        return withTargets(kept.stream().map(target -> target.named(target.name(), target.tier() - lowest)).toList())
                .routedBy(route == null ? null : route.without(gone));
    }

    /** The same with this context, and replies that are not longer. */
    ModelDraft withContext(int tokens) {
        return new ModelDraft(name, tokenizer, tokens, Math.min(maxOutputTokens, tokens), surfaces, targets, route);
    }

    /** A chat model with one target. */
    public static ModelDraft routed(String name, UUID upstreamId, String upstreamModel,
            ModelRoute.Tokenizer tokenizer, int contextTokens, int maxOutputTokens) {
        return new ModelDraft(name, tokenizer, contextTokens, maxOutputTokens, KeyDraft.EVERYTHING,
                List.of(new Target(upstreamId, upstreamModel, 1)));
    }
}
