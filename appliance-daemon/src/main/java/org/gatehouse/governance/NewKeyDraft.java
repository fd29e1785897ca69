package org.gatehouse.governance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;

/** A key that is to be made, with its own limits and budgets if it is to have any. */
public record NewKeyDraft(@About("The project it belongs to.") UUID projectId,
        @About(value = "Unique among the project's keys that are not revoked.", min = 1, max = 100) String name,
        @About("The owning user.") @Nullable UUID ownerId,
        @About(value = "The public models it may use; [\"*\"] means every one.", fallback = "[\"*\"]", max = 1000) List<String> models,
        @About(value = "The surfaces it may call; [\"*\"] means every one.", fallback = "[\"*\"]", max = 100) List<String> surfaces,
        @About(value = "From where it may be used, as addresses or CIDR ranges; empty means from anywhere.", fallback = "[]", max = 200) List<String> addresses,
        @About("From when it is refused.") @Nullable Instant expiresAt,
        @About(value = "Limits of this key alone.", fallback = "[]", max = 20) List<OwnLimit> limits,
        @About(value = "Budgets of this key alone.", fallback = "[]", max = 5) List<OwnBudget> budgets) {

    /** A limit of the key that is made. */
    public record OwnLimit(@About("What is limited.") Limit.Kind kind,
            @About(value = "The ceiling, in the kind's unit.", max = 1_000_000_000_000_000L) long amount) {}

    /** A budget of the key that is made, in the accounting currency. */
    public record OwnBudget(@About("When it starts anew.") Budget.Period period,
            @About("The ceiling, more than 0.") BigDecimal amount,
            @About(value = "Whether calls are refused when it is used up.", fallback = "true") boolean hard) {}

    /** A key without limits or budgets of its own. */
    public static NewKeyDraft of(KeyDraft draft) {
        return of(draft, List.of(), List.of());
    }

    /** A key with limits and budgets of its own. */
    public static NewKeyDraft of(KeyDraft draft, List<OwnLimit> limits, List<OwnBudget> budgets) {
        return new NewKeyDraft(draft.projectId(), draft.name(), draft.ownerId(), draft.models(), draft.surfaces(),
                draft.addresses(), draft.expiresAt(), limits, budgets);
    }

    /** The same, belonging to that user. */
    public NewKeyDraft ownedBy(UUID user) {
        return new NewKeyDraft(projectId, name, user, models, surfaces, addresses, expiresAt, limits, budgets);
    }

    /** What binds it. */
    public KeyDraft binding() {
        return new KeyDraft(projectId, name, ownerId, models, surfaces, addresses, expiresAt);
    }
}
