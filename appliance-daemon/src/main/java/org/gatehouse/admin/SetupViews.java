package org.gatehouse.admin;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.setup.Check;
import org.gatehouse.setup.Phase;
import org.gatehouse.setup.SetupStep;

/** The set-up as the admin API shows it. Stateless. */
final class SetupViews {
    private SetupViews() {}

    /** How far it is. */
    record SetupView(@About("How far it is.") Phase phase, @About("The program's version.") String version,
            @About("SHA-256 of the certificate that the main port shows; null without TLS.") @Nullable String certificateFingerprint,
            @About("Until when the open claim code counts; null for none.") @Nullable Instant codeExpiresAt,
            @About("When it was last claimed; null for never.") @Nullable Instant claimedAt,
            @About("Whether this is a box for show.") boolean simulated,
            @About("All steps in order; none for strangers.") List<SetupStep> steps) {}

    /** Somebody shows the code. */
    record ClaimDraft(
            @About(value = "As the box's console shows it.", min = 1, max = 64, secret = true) String code,
            @About(value = "Whether to answer with a token, for a program, instead of a cookie.", fallback = "false") boolean program) {

        /** Leaves the code out. */
        @Override
        public String toString() {
            return "ClaimDraft[]";
        }
    }

    /** It is claimed. */
    record Claimed(@About("How far it is now.") Phase phase,
            @About("What a program sends as Bearer token, shown this once; null for a browser.") @Nullable String token,
            @About("When a browser's session ends at the latest; null for a token, which lasts as long as the claim.") @Nullable Instant expiresAt) {

        /** Leaves the token out. */
        @Override
        public String toString() {
            return "Claimed[]";
        }
    }

    /** A fresh code. */
    record ClaimCode(@About("The code, shown this once.") String code,
            @About("Until when it counts.") Instant expiresAt) {

        /** Leaves the code out. */
        @Override
        public String toString() {
            return "ClaimCode[]";
        }
    }

    /** An answer to a step. */
    record StepAnswerDraft(@About("What the step asks for.") JsonNode answer) {}

    /** An answer to try. */
    record StepCheckDraft(@About("What the step asks for.") JsonNode answer,
            @About("For sign-on with a directory: somebody to try it with. Used once and kept nowhere.") @Nullable TestLogin login) {}

    /** Somebody to try a directory with. */
    record TestLogin(@About(value = "The name that they type.", min = 1, max = 255) String name,
            @About(value = "Their password.", min = 1, max = 1000, secret = true) String password) {

        /** Leaves the password out. */
        @Override
        public String toString() {
            return "TestLogin[]";
        }
    }

    /** What came of trying. */
    record StepCheck(@About("Whether the answer would be accepted.") boolean ok,
            @About("What was tried.") List<Check> checks) {}

    /** Why a step is left out. */
    record SkipDraft(@About(value = "For whoever reads the trail.", min = 1, max = 500) String reason) {}

    /** A step with what the box knows. */
    record FoundStep(@About("Its name.") String name, @About("How far it is.") SetupStep.Status status,
            @About("Why it was skipped; null when it was not.") @Nullable String reason,
            @About("When that changed last; null when it never did.") @Nullable Instant changedAt,
            @About("Grows with each change; also the entity tag.") long version,
            @About("What was answered, without secrets; null for nothing.") @Nullable JsonNode answer,
            @About("What came of it; null for nothing.") @Nullable JsonNode result,
            @About("What the box knows that helps to answer.") JsonNode found) {

        static FoundStep of(SetupStep step, JsonNode found) {
            return new FoundStep(step.name(), step.status(), step.reason(), step.changedAt(), step.version(),
                    step.answer(), step.result(), found);
        }
    }

    /** A step that was answered. */
    record AnsweredStep(@About("Its name.") String name, @About("How far it is.") SetupStep.Status status,
            @About("Why it was skipped; null when it was not.") @Nullable String reason,
            @About("When that changed last; null when it never did.") @Nullable Instant changedAt,
            @About("Grows with each change; also the entity tag.") long version,
            @About("What was answered, without secrets; null for nothing.") @Nullable JsonNode answer,
            @About("What came of it; null for nothing.") @Nullable JsonNode result,
            @About("What is shown this once; null for nothing.") @Nullable JsonNode secrets) {

        static AnsweredStep of(SetupStep step, JsonNode secrets) {
            return new AnsweredStep(step.name(), step.status(), step.reason(), step.changedAt(), step.version(),
                    step.answer(), step.result(), secrets.isEmpty() ? null : secrets);
        }
    }

    /** It is done. */
    record FinishedSetup(@About("How far it is now.") Phase phase,
            @About("All steps in order.") List<SetupStep> steps) {}
}
