package org.gatehouse.gateway.routing.targets;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.RouteTerms;

/**
 * What routing must know of a call. Immutable.
 *
 * @param promptTokens how long the prompt is likely to be
 * @param outputTokens how long the answer is likely to be, at most what the call allows
 * @param wants what the target must be able to do
 * @param batch whether nobody waits for it
 * @param priority the business's, 0 for what is usual; more is more important
 * @param residency where the caller allows it to go, beside what the route allows
 * @param session what its conversation is called: a header, the dialect's own field, or the answer that it continues;
 *     {@code null} when the client named none. Callers of different tenants must have different ones
 * @param prefix what its prompt begins with, see {@code PromptPrefix}; {@code null} when nobody looked
 * @param caller the API key's id, for splits
 * @param user the end user's name as the client gives it, for splits; {@code null} when it gives none
 * @param features of its prompt; {@code null} when nobody looked: then it counts as most complex
 */
public record CallTraits(long promptTokens, long outputTokens, Set<Want> wants, boolean batch, int priority,
        RouteTerms.Residency residency, @Nullable String session, @Nullable String prefix, String caller,
        @Nullable String user, @Nullable PromptFeatures features) {

    /** What a target must be able to do for a call. */
    public enum Want {
        /** The call offers tools. */
        TOOLS,
        /** The prompt has pictures. */
        VISION,
        /** The answer must keep to a JSON schema. */
        SCHEMA,
        /** The prompt has sound. */
        AUDIO,
        /** A hard budget binds the call: what it costs must be known. */
        PRICE,
        /** The answer is to come as events. Every target streams; its speed is told apart by this. */
        STREAM
    }

    /** Copies the set and checks the ranges. */
    public CallTraits {
        wants = wants.isEmpty() ? Set.of() : Set.copyOf(wants);
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(caller, "caller");
        if (promptTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("a call has at least 0 tokens");
        }
    }

    /** Whether it is to come as events. */
    public boolean streamed() {
        return wants.contains(Want.STREAM);
    }

    /** One of which only the lengths and the caller are known yet. */
    public static Builder of(long promptTokens, long outputTokens, String caller) {
        return new Builder(promptTokens, outputTokens, caller);
    }

    /** Collects what is known of a call. For one thread. */
    public static final class Builder {
        private final long promptTokens;
        private final long outputTokens;
        private final String caller;
        private final EnumSet<Want> wants = EnumSet.noneOf(Want.class);
        private boolean batch;
        private int priority;
        private RouteTerms.Residency residency = RouteTerms.Residency.ANYWHERE;
        private @Nullable String session;
        private @Nullable String prefix;
        private @Nullable String user;
        private @Nullable PromptFeatures features;

        private Builder(long promptTokens, long outputTokens, String caller) {
            this.promptTokens = promptTokens;
            this.outputTokens = outputTokens;
            this.caller = caller;
        }

        /** The target must be able to do that, if {@code wanted}. */
        public Builder wants(Want want, boolean wanted) {
            if (wanted) {
                wants.add(want);
            }
            return this;
        }

        /** The target must be able to do that. */
        public Builder wants(Want want) {
            return wants(want, true);
        }

        /** Nobody waits for it. */
        public Builder batch(boolean nobodyWaits) {
            batch = nobodyWaits;
            return this;
        }

        /** The business's priority. */
        public Builder priority(int value) {
            priority = value;
            return this;
        }

        /** Where the caller allows it to go. */
        public Builder residency(RouteTerms.Residency value) {
            residency = value;
            return this;
        }

        /** What its conversation is called. */
        public Builder session(@Nullable String value) {
            session = value;
            return this;
        }

        /** What its prompt begins with. */
        public Builder prefix(@Nullable String value) {
            prefix = value;
            return this;
        }

        /** The end user's name. */
        public Builder user(@Nullable String value) {
            user = value;
            return this;
        }

        /** What its prompt looks like. */
        public Builder features(@Nullable PromptFeatures value) {
            features = value;
            return this;
        }

        /** The call's traits. */
        public CallTraits build() {
            return new CallTraits(promptTokens, outputTokens, wants, batch, priority, residency, session, prefix,
                    caller, user, features);
        }
    }
}
