package org.gatehouse.gateway.routing.strategy;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;

/** Whether a target may and can serve a call at all. What it says no to is never tried, whatever else fails. */
public final class Qualification {

    private Qualification() {}

    /** Why a target does not serve a call. */
    public enum Unfit {
        /** Its weight is 0. */
        SWITCHED_OFF,
        /** It lies where the call may not go. */
        RESIDENCY,
        /** It is kept for calls of a higher business priority. */
        PRIORITY,
        /** Prompt and answer are too long for it. */
        CONTEXT,
        /** It cannot call tools. */
        TOOLS,
        /** It sees no pictures. */
        VISION,
        /** Its answers keep to no schema. */
        SCHEMA,
        /** It does not hear. */
        AUDIO,
        /** Nobody knows what it costs, and a hard budget binds the call. */
        UNPRICED;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What stands against it; {@code null} when nothing does. */
    public static @Nullable Unfit of(Candidate candidate, CallTraits call, RouteTerms terms) {
        TargetTerms target = candidate.terms();
        TargetTerms.Abilities abilities = target.abilities();
        if (candidate.weight() == 0) {
            return Unfit.SWITCHED_OFF;
        }
        if (!terms.residency().allows(candidate.local(), target.region())
                || !call.residency().allows(candidate.local(), target.region())) {
            return Unfit.RESIDENCY;
        }
        if (target.fromPriority() > call.priority()) {
            return Unfit.PRIORITY;
        }
        if (call.promptTokens() + call.outputTokens() > abilities.contextTokens()) {
            return Unfit.CONTEXT;
        }
        for (CallTraits.Want want : call.wants()) {
            boolean able = switch (want) {
                case TOOLS -> abilities.tools();
                case VISION -> abilities.vision();
                case SCHEMA -> abilities.schema();
                case AUDIO -> abilities.audio();
                case PRICE -> candidate.price() != null;
                case STREAM -> true;
            };
            if (!able) {
                return switch (want) {
                    case TOOLS -> Unfit.TOOLS;
                    case VISION -> Unfit.VISION;
                    case SCHEMA -> Unfit.SCHEMA;
                    case PRICE -> Unfit.UNPRICED;
                    case AUDIO, STREAM -> Unfit.AUDIO;
                };
            }
        }
        return null;
    }
}
