package org.gatehouse.governance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Budget;

/** A ceiling on money of everybody below a node of the tenancy tree together, per calendar day or month (UTC). */
public record SpendBudget(@About("UUIDv7.") UUID id, @About("Whom it binds.") ScopeView scope,
        @About("When it starts anew.") Budget.Period period, @About("The ceiling.") BigDecimal amount,
        @About("ISO 4217 code: the accounting currency.") String currency,
        @About("Whether calls are refused when it is used up; a soft budget only alerts.") boolean hard,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return "per " + period.id() + " of " + scope;
    }

    BudgetDraft draft() {
        return new BudgetDraft(scope.reference(), period, amount, currency, hard);
    }
}
