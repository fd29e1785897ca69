package org.gatehouse.gateway.realtime;

import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.gateway.Conclusion;
import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.admission.Permission;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.governance.snapshot.PolicySnapshot;

/**
 * What sessions need of the rest of the gateway. Immutable.
 *
 * @param snapshots the policies as they are now: a session outlives many
 * @param ids of calls
 * @param clock of rows and budgets
 * @param nanoTime of durations and deadlines
 */
public record Rooms(Authentication authentication, Permission permission, Routing routing, Admission admission,
        Dispatch dispatch, Berths berths, CallBook book, Conclusion conclusion, Supplier<PolicySnapshot> snapshots,
        Supplier<UUID> ids, InstantSource clock, LongSupplier nanoTime) {}
