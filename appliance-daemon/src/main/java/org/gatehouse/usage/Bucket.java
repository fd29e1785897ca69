package org.gatehouse.usage;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.Cost;

/** The rollup row that a call is added to. */
record Bucket(Grain grain, long start, UUID department, UUID project, UUID user, UUID key, String scenario,
        String model,
        String upstream, String currency) {
    /** RFC 9562 5.9: stands for "none". */
    static final UUID NIL = new UUID(0, 0);

    static Bucket of(Grain grain, CallRecord call, String scenario) {
        Caller caller = call.caller();
        Cost cost = call.cost();
        boolean routed = call.upstream() != null;
        return new Bucket(grain, grain.bucketOf(call.at()), caller == null ? NIL : caller.departmentId(),
                caller == null ? NIL : caller.projectId(), caller == null ? NIL : orNil(caller.userId()),
                caller == null ? NIL : caller.keyId(), scenario,
                // Before a call is routed, the model is whatever text the client sent.
                routed ? orEmpty(call.modelAsked()) : "", orEmpty(call.upstream()),
                cost == null ? "" : cost.currency());
    }

    private static UUID orNil(@Nullable UUID id) {
        return id == null ? NIL : id;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
