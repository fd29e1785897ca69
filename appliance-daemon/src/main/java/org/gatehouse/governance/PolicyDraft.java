package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a policy is to be. One scope has at most one. */
public record PolicyDraft(
        @About("Whom it is for: the organisation, a department or a project. Can't be changed later.") ScopeReference scope,
        @About("Which bodies of a call are kept; null: as the next node above says.") Policy.@Nullable Recording recording) {}
