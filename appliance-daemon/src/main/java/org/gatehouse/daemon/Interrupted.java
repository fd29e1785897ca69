package org.gatehouse.daemon;

import java.util.function.Supplier;

import org.gatehouse.audit.CallDraft;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.metering.Tariff;
import org.gatehouse.governance.snapshot.PolicySnapshot;

/** Settles the calls that a killed daemon left in flight: what they are known to have used is billed, once. */
record Interrupted(Supplier<PolicySnapshot> snapshots) {
    private static final System.Logger LOG = System.getLogger(Interrupted.class.getName());

    void settle(InFlightJournal inFlight, Trail trail, TrailSearch search) {
        int settled = inFlight.recover(trail, search, this::recordOf);
        if (settled > 0) {
            LOG.log(System.Logger.Level.WARNING,
                    "{0} calls were in flight when the daemon was killed; they are recorded as interrupted", settled);
        }
    }

    private CallRecord recordOf(InFlightJournal.Interrupted call) {
        CallDraft draft = call.draft();
        Usage usage = Usage.tokens(call.inputTokens(), call.outputTokens(), Usage.Source.ESTIMATED);
        Tariff tariff = Tariff.of(snapshots.get().prices(), draft.modelAsked(), draft.upstream(), draft.startedAt());
        return draft.interrupted(usage, tariff.costOf(usage), call.livedMicros());
    }
}
