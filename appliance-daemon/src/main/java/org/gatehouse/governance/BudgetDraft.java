package org.gatehouse.governance;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Budget;

/** What a budget is to be. One scope has at most one budget of a period. */
public record BudgetDraft(@About("Whom it binds. Can't be changed later.") ScopeReference scope,
        @About("When it starts anew. Can't be changed later.") Budget.Period period,
        @About("The ceiling, more than 0.") BigDecimal amount,
        @About(value = "ISO 4217 code; must be the accounting currency, which also stands in when it is left out.", pattern = "[A-Z]{3}") @Nullable String currency,
        @About(value = "Whether calls are refused when it is used up; a soft budget only alerts.", fallback = "true") boolean hard) {

    /** A budget with a hard stop, in the accounting currency. */
    public static BudgetDraft hard(ScopeReference scope, Budget.Period period, BigDecimal amount) {
        return new BudgetDraft(scope, period, amount, null, true);
    }
}
