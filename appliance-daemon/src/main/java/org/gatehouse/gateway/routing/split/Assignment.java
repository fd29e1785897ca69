package org.gatehouse.gateway.routing.split;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.routing.sticky.Rendezvous;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.governance.snapshot.Split;

/** Which arm of a split a call belongs to: always the same for the same subject and shares. Pure. */
public final class Assignment {

    private Assignment() {}

    /** The call's arm. */
    public static Split.Arm of(Split split, CallTraits call) {
        @Nullable
        String subject = switch (split.subject()) {
            case SESSION -> call.session();
            case KEY -> call.caller();
            case USER -> call.user();
        };
        // The caller stands before it: the users of two customers may have the same names.
        String name = split.id() + '\n' + call.caller() + '\n' + (subject == null ? "" : subject);
        return Rendezvous.place(name, split.arms(), Split.Arm::name, Split.Arm::share);
    }
}
