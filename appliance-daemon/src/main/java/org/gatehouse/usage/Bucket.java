package org.gatehouse.usage;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.Cost;
import org.gatehouse.store.StoredText;

/** The rollup row that a call is added to. */
record Bucket(Grain grain, long start, UUID department, UUID project, UUID user, UUID key, String scenario,
        String model,
        String upstream, String currency) {
    /** RFC 9562 5.9: stands for "none". */
    static final UUID NIL = new UUID(0, 0);

    private static final int TEXT_LENGTH = 200;

    /** The order in which rows are locked: two boxes on one database must not lock them crosswise. */
    static final Comparator<Bucket> LOCK_ORDER = Comparator.comparing(Bucket::grain).thenComparing(Bucket::start)
            .thenComparing(Bucket::key).thenComparing(Bucket::project).thenComparing(Bucket::scenario)
            .thenComparing(Bucket::model).thenComparing(Bucket::upstream).thenComparing(Bucket::currency)
            .thenComparing(Bucket::user).thenComparing(Bucket::department);

    static Bucket of(Grain grain, CallRecord call, String scenario) {
        Caller caller = call.caller();
        Cost cost = call.cost();
        boolean routed = call.upstream() != null || call.saved() != null;
        return new Bucket(grain, grain.bucketOf(call.at()), caller == null ? NIL : caller.departmentId(),
                caller == null ? NIL : caller.projectId(), caller == null ? NIL : orNil(caller.userId()),
                caller == null ? NIL : caller.keyId(), scenario,
                // Before a call is routed, the model is whatever text the client sent.
                routed ? fitting(call.modelAsked()) : "", fitting(call.upstream()),
                cost == null ? "" : cost.currency());
    }

    /** The line of an upstream's minute that is nobody's. */
    static Bucket ofNobody(long minute, String upstream) {
        return new Bucket(Grain.MINUTE, minute, NIL, NIL, NIL, NIL, "", "", upstream, "");
    }

    /** The bucket of a coarser grain that a minute's falls into. */
    Bucket in(Grain coarser) {
        return new Bucket(coarser, coarser.bucketOf(Instant.ofEpochSecond(start)), department, project, user, key,
                scenario, model, upstream, currency);
    }

    /** The bucket of the same call that begins at another second. */
    Bucket startingAt(long second) {
        return new Bucket(grain, second, department, project, user, key, scenario, model, upstream, currency);
    }

    /** The bucket of the same call whose money is in that currency. */
    Bucket paidIn(String money) {
        return new Bucket(grain, start, department, project, user, key, scenario, model, upstream, money);
    }

    private static UUID orNil(@Nullable UUID id) {
        return id == null ? NIL : id;
    }

    /** Text that does not fit would hold up the trail's writer, and with it every record, for ever. */
    static String fitting(@Nullable String text) {
        return text == null ? "" : StoredText.fit(text, TEXT_LENGTH);
    }
}
