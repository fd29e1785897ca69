package org.gatehouse.governance;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Limit;

/** What a limit is to be. One scope has at most one limit of a kind. */
public record LimitDraft(@About("Whom it binds. Can't be changed later.") ScopeReference scope,
        @About("What is limited. Can't be changed later.") Limit.Kind kind,
        @About(value = "The ceiling, in the kind's unit; 0 refuses everything.", max = 1_000_000_000_000_000L) long amount) {}
