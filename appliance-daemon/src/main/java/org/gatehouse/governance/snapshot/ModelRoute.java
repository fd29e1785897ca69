package org.gatehouse.governance.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * A public model name and where its calls go. Immutable.
 *
 * @param name what clients ask for
 * @param createdAt shown in the model list
 * @param tokenizer how its prompts are counted ahead
 * @param contextTokens the longest prompt and reply together, in tokens
 * @param maxOutputTokens the longest reply, in tokens: reserved when a client names no cap and a limit binds it
 * @param surfaces what it can be called on
 * @param targets at least one
 * @param terms how the targets share its calls
 * @param cache whether its answers are kept
 */
public record ModelRoute(UUID id, String name, Instant createdAt, Tokenizer tokenizer, int contextTokens,
        int maxOutputTokens, Grant<Surface> surfaces, List<Target> targets, RouteTerms terms, CacheTerms cache) {

    /** One whose answers are not kept. */
    public ModelRoute(UUID id, String name, Instant createdAt, Tokenizer tokenizer, int contextTokens,
            int maxOutputTokens, Grant<Surface> surfaces, List<Target> targets, RouteTerms terms) {
        this(id, name, createdAt, tokenizer, contextTokens, maxOutputTokens, surfaces, targets, terms, CacheTerms.OFF);
    }

    /** One whose targets share its calls as is usual. */
    public ModelRoute(UUID id, String name, Instant createdAt, Tokenizer tokenizer, int contextTokens,
            int maxOutputTokens, Grant<Surface> surfaces, List<Target> targets) {
        this(id, name, createdAt, tokenizer, contextTokens, maxOutputTokens, surfaces, targets, RouteTerms.DEFAULT);
    }

    /** How a model's tokens are counted before it is asked. */
    public enum Tokenizer {
        /** OpenAI's vocabularies, counted in the daemon. */
        CL100K_BASE, O200K_BASE,
        /** The engine's own {@code /tokenize}. */
        ENGINE,
        /** Nobody knows: the byte length bounds it. */
        UNKNOWN;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A model at an upstream.
     *
     * @param upstreamModel what that upstream calls it
     * @param weight relative share of new calls, at least 0
     * @param terms what the route knows of it besides
     */
    public record Target(UUID id, Upstream upstream, String upstreamModel, int weight, TargetTerms terms) {

        /** One of the first tier that can do everything. */
        public Target(UUID id, Upstream upstream, String upstreamModel, int weight) {
            this(id, upstream, upstreamModel, weight, TargetTerms.DEFAULT);
        }

        /** Checks what must be there. */
        public Target {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(upstream, "upstream");
            Objects.requireNonNull(upstreamModel, "upstreamModel");
            Objects.requireNonNull(terms, "terms");
        }
    }

    /** Copies the targets. */
    public ModelRoute {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(tokenizer, "tokenizer");
        Objects.requireNonNull(terms, "terms");
        Objects.requireNonNull(cache, "cache");
        targets = List.copyOf(targets);
        if (contextTokens <= 0 || maxOutputTokens <= 0) {
            throw new IllegalArgumentException("contextTokens and maxOutputTokens must be more than 0");
        }
    }
}
