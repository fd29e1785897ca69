package org.gatehouse.daemon;

import java.util.function.LongSupplier;

import org.gatehouse.gateway.admission.MachineTokens;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.Snapshots;
import org.gatehouse.identity.IssuerKeys;
import org.gatehouse.telemetry.CallMetrics;

/**
 * The access tokens of programs and the keys of their issuers, which follow what is governed. Thread-safe.
 *
 * @param tokens what the data plane asks
 */
record ProgramTokens(MachineTokens tokens, IssuerKeys keys) implements AutoCloseable {

    /** Begins to follow, and shows what is refused. */
    static ProgramTokens following(Snapshots snapshots, UpstreamClient client, LongSupplier nanoTime,
            CallMetrics metrics) {
        IssuerKeys keys = IssuerKeys.open(client, nanoTime);
        keys.follow(snapshots.current());
        snapshots.onChange(keys::follow);
        MachineTokens tokens = new MachineTokens(keys);
        for (MachineTokens.Reason reason : MachineTokens.Reason.values()) {
            metrics.counter("gatehouse.machine.tokens.refused", "Access tokens of programs that were refused", tokens,
                    it -> it.refused(reason), "reason", reason.id());
        }
        metrics.gauge("gatehouse.machine.tokens.remembered", "Access tokens whose signature need not be checked again",
                tokens, MachineTokens::size);
        return new ProgramTokens(tokens, keys);
    }

    @Override
    public void close() {
        keys.close();
    }
}
